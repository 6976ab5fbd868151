package dev.colocatedcache.devcluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a real control plane. The first test that asks starts one for the whole run, on the
 * version that {@code KUBE} or {@code -Dkube} names (1.36 otherwise); it ends with the run, or with
 * the JVM.
 *
 * <p>Parameters of test methods, lifecycle methods and constructors:
 *
 * <ul>
 *   <li>{@link Devcluster}: the shared cluster, or the test's own where {@link OwnDevcluster} asks
 *       for it
 *   <li>{@link KubernetesClient}: the client of that cluster that may do everything
 *   <li>{@link TestNamespace}: a namespace of the test's (or class's) own
 *   <li>{@link TestNodes}: nodes of the test's (or class's) own
 * </ul>
 *
 * What {@code @BeforeAll} or a constructor asked for is the whole class's: its tests get the same
 * one.
 */
public final class DevclusterExtension implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(DevclusterExtension.class);
  private static final Set<Class<?>> TYPES =
      Set.of(Devcluster.class, KubernetesClient.class, TestNamespace.class, TestNodes.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return TYPES.contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    Devcluster cluster = cluster(context);
    if (type == Devcluster.class) {
      return cluster;
    }
    if (type == KubernetesClient.class) {
      return cluster.client();
    }
    Store store = context.getStore(NAMESPACE);
    String prefix = prefix(context);
    // A name of its own for each cluster: a method with its own must not get what belongs to the
    // class's.
    Object key = type.getSimpleName() + "@" + System.identityHashCode(cluster);
    if (type == TestNamespace.class) {
      return store.getOrComputeIfAbsent(key, k -> TestNamespace.create(cluster.client(), prefix));
    }
    return store.getOrComputeIfAbsent(
        key,
        k -> new TestNodes(cluster, prefix + "-" + UUID.randomUUID().toString().substring(0, 5)));
  }

  /** The cluster of the test that {@code context} is of: its own, or the shared one. */
  public static Devcluster cluster(ExtensionContext context) {
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      Optional<OwnDevcluster> own =
          at.get().getElement().map(element -> declared(element)).filter(found -> found != null);
      if (own.isPresent()) {
        return started(
            at.get(),
            own.get().nodes(),
            own.get().audit(),
            own.get().nodeGraceSeconds(),
            own.get().emulate());
      }
    }
    return started(context.getRoot(), 0, true, 0, "");
  }

  private static OwnDevcluster declared(AnnotatedElement element) {
    return element.getAnnotation(OwnDevcluster.class);
  }

  private static Devcluster started(
      ExtensionContext context, int nodes, boolean audit, int nodeGraceSeconds, String emulate) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            "devcluster of " + context.getUniqueId(),
            key -> {
              try {
                return new Devcluster(
                    DevclusterProcess.start(nodes, audit, nodeGraceSeconds, emulate));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            Devcluster.class);
  }

  /**
   * From the name of the test class, so that a person who looks at the cluster knows whose it is.
   */
  private static String prefix(ExtensionContext context) {
    String name = context.getRequiredTestClass().getSimpleName();
    String dashed =
        name.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-");
    return dashed.substring(0, Math.min(30, dashed.length())).replaceAll("^-+|-+$", "");
  }
}
