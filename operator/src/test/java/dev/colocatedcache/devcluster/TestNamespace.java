package dev.colocatedcache.devcluster;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;

/**
 * A namespace of the test's own, deleted after it without waiting for the deletion to end. As a
 * parameter of a test method or of {@code @BeforeEach} it is the test's; of {@code @BeforeAll} or
 * of the constructor, the class's.
 */
public final class TestNamespace implements AutoCloseable {
  private final KubernetesClient client;
  private final String name;

  private TestNamespace(KubernetesClient client, String name) {
    this.client = client;
    this.name = name;
  }

  static TestNamespace create(KubernetesClient client, String prefix) {
    Namespace created =
        client
            .namespaces()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withGenerateName(prefix + "-")
                    .endMetadata()
                    .build())
            .create();
    String name = created.getMetadata().getName();
    // Pods are refused until the namespace has its default service account.
    await("the namespace " + name + " has its service account")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> client.serviceAccounts().inNamespace(name).withName("default").get() != null);
    return new TestNamespace(client, name);
  }

  /** The namespace's name. */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public void close() {
    client.namespaces().withName(name).delete();
  }
}
