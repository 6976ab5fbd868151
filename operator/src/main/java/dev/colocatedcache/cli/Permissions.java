package dev.colocatedcache.cli;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the operator has to be allowed, and what of it is missing. Asked at the start, for a watch
 * that is refused says no more than {@code Forbidden}, and a permission that is needed once a month
 * is found missing once a month.
 */
final class Permissions {
  private static final String OURS = "colocatedcache.dev";

  /** What is asked for in every namespace, whichever the ColocatedCaches are in. */
  private static final List<Permission> EVERYWHERE =
      Stream.of(
              all("", "nodes", "list", "watch"),
              all("", "pods", "list", "watch"),
              all("", "namespaces", "list", "watch"),
              all("", "limitranges", "list", "watch"),
              all("", "resourcequotas", "list", "watch"),
              all("node.k8s.io", "runtimeclasses", "list", "watch"),
              all("scheduling.k8s.io", "priorityclasses", "list", "watch"))
          .flatMap(s -> s)
          .toList();

  /** What is asked for where the ColocatedCaches are. */
  private static final List<Permission> WHERE_THEY_ARE =
      Stream.of(
              all(OURS, "colocatedcaches", "list", "watch"),
              all(OURS, "colocatedcaches/status", "patch"),
              all("apps", "deployments", "get", "list", "watch", "create", "patch"),
              all("apps", "replicasets", "list", "patch"),
              all("", "services", "get", "list", "watch", "create", "patch", "delete"),
              all(
                  "policy",
                  "poddisruptionbudgets",
                  "get",
                  "list",
                  "watch",
                  "create",
                  "patch",
                  "delete"),
              all("", "podtemplates", "get", "list", "watch", "create", "patch", "delete"),
              all("autoscaling.x-k8s.io", "capacitybuffers", "get", "create", "patch", "delete"),
              all("", "pods", "get", "create", "patch"),
              all("", "pods/eviction", "create"),
              all("", "pods/status", "patch"),
              all("events.k8s.io", "events", "create"))
          .flatMap(s -> s)
          .toList();

  private static final String LEASES = "leases";

  /** What is asked for in the namespace of the Lease, where a leader is elected. */
  private static final List<Permission> OF_THE_ELECTION =
      all("coordination.k8s.io", LEASES, "get", "create", "patch").toList();

  private final KubernetesClient client;

  Permissions(KubernetesClient client) {
    this.client = client;
  }

  /**
   * A verb on a resource, as in a rule of a role.
   *
   * @param group of the resource; empty for the core group
   * @param resource in the plural, with its subresource after a slash
   */
  record Permission(String group, String resource, String verb) {

    private ResourceAttributes in(String namespace) {
      int slash = resource.indexOf('/');
      return new ResourceAttributesBuilder()
          .withNamespace(namespace)
          .withGroup(group)
          .withResource(slash < 0 ? resource : resource.substring(0, slash))
          .withSubresource(slash < 0 ? null : resource.substring(slash + 1))
          .withVerb(verb)
          .build();
    }

    /** In the words in which the API server refuses what is not allowed. */
    private String refusal(String namespace) {
      return "cannot %s resource \"%s\" in API group \"%s\" %s"
          .formatted(
              verb,
              resource,
              group,
              namespace == null
                  ? "at the cluster scope"
                  : "in the namespace \"" + namespace + "\"");
    }
  }

  private static Stream<Permission> all(String group, String resource, String... verbs) {
    return Stream.of(verbs).map(verb -> new Permission(group, resource, verb));
  }

  /** What is asked for in the whole cluster, whichever the ColocatedCaches are. */
  static List<Permission> everywhere() {
    return EVERYWHERE;
  }

  /** What is asked for in the namespaces of the ColocatedCaches. */
  static List<Permission> whereTheyAre() {
    return WHERE_THEY_ARE;
  }

  /** What it asks for in its own namespace besides, where a leader is elected. */
  static List<Permission> ofTheElection() {
    return OF_THE_ELECTION;
  }

  /**
   * What is missing, each as a clause like {@code cannot watch resource "deployments" in API group
   * "apps" at the cluster scope}.
   *
   * @param namespaces in which the ColocatedCaches are; empty for all
   * @param leaseNamespace in which a leader is elected; null where none is
   * @throws KubernetesClientException if the API server does not answer the question
   */
  List<String> missing(Set<String> namespaces, String leaseNamespace) {
    List<String> missing = new ArrayList<>();
    for (Permission permission : EVERYWHERE) {
      check(permission, null, missing);
    }
    List<String> places = new ArrayList<>(namespaces);
    if (places.isEmpty()) {
      places.add(null);
    }
    for (String namespace : places) {
      for (Permission permission : WHERE_THEY_ARE) {
        check(permission, namespace, missing);
      }
    }
    if (leaseNamespace != null) {
      for (Permission permission : OF_THE_ELECTION) {
        check(permission, leaseNamespace, missing);
      }
    }
    return List.copyOf(missing);
  }

  private void check(Permission permission, String namespace, List<String> missing) {
    ResourceAttributes what = permission.in(namespace);
    if (permission.resource().equals(LEASES) && !permission.verb().equals("create")) {
      what.setName(LeaderElectionOptions.LEASE);
    }
    SelfSubjectAccessReview review =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withResourceAttributes(what)
            .endSpec()
            .build();
    SelfSubjectAccessReview answer =
        client.authorization().v1().selfSubjectAccessReview().create(review);
    if (!answer.getStatus().getAllowed()) {
      missing.add(permission.refusal(namespace));
    }
  }
}
