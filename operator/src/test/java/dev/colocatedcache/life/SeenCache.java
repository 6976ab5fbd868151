package dev.colocatedcache.life;

import dev.colocatedcache.api.v1alpha1.Anchor;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Healing;
import dev.colocatedcache.api.v1alpha1.Pairing;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cli.FreshPlan.Planned;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One ColocatedCache of an observed world, with what belongs to it. */
record SeenCache(ColocatedCache resource, Observed world) {

  String name() {
    return resource.getMetadata().getName();
  }

  Role anchor() {
    return resource.getSpec().placement() != null
            && resource.getSpec().placement().anchor() == Anchor.SERVICE
        ? Role.SERVICE
        : Role.CACHE;
  }

  Role follower() {
    return anchor().other();
  }

  boolean guaranteed() {
    return resource.getSpec().placement() != null
        && resource.getSpec().placement().pairing() == Pairing.GUARANTEED;
  }

  boolean heals() {
    return resource.getSpec().placement() == null
        || resource.getSpec().placement().healing() != Healing.NONE;
  }

  /** Whether its pods may take room from those of others. */
  boolean high() {
    return World.HIGH.equals(
        resource.getSpec().cache().template().getSpec().getPriorityClassName());
  }

  int requested() {
    return resource.getSpec().replicas();
  }

  Optional<Deployment> deployment(Role role) {
    return Optional.ofNullable(
        world.deployments().get(role == Role.SERVICE ? name() : name() + "-cache"));
  }

  /** Its pods of that role, terminating ones too. */
  List<Pod> pods(Role role) {
    return world.pods().stream()
        .filter(pod -> name().equals(label(pod, Labels.INSTANCE)))
        .filter(pod -> role.value().equals(label(pod, Labels.ROLE)))
        .toList();
  }

  /** Those that stay. */
  List<Pod> alive(Role role) {
    return pods(role).stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  /** The domains of those that stay and are placed. */
  Set<String> domains(Role role) {
    return alive(role).stream()
        .map(this::domain)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The domains in which a Ready pod of that role stays. */
  Set<String> readyDomains(Role role) {
    return alive(role).stream()
        .filter(Readiness::isPodReady)
        .map(this::domain)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The domains of {@code role} without the other half. */
  Set<String> alone(Role role) {
    Set<String> alone = domains(role);
    alone.removeAll(domains(role.other()));
    return alone;
  }

  /** The value of the topology key where the pod is; null where it is nowhere. */
  String domain(Pod pod) {
    Node node =
        pod.getSpec().getNodeName() == null ? null : world.nodes().get(pod.getSpec().getNodeName());
    String key =
        resource.getSpec().placement() == null
                || resource.getSpec().placement().topologyKey() == null
            ? "kubernetes.io/hostname"
            : resource.getSpec().placement().topologyKey();
    return node == null ? null : node.getMetadata().getLabels().get(key);
  }

  Optional<Condition> condition(String type) {
    return resource.getStatus() == null
        ? Optional.empty()
        : resource.getStatus().conditions().stream()
            .filter(c -> type.equals(c.getType()))
            .findFirst();
  }

  /** True, False, or absent. */
  String is(String type) {
    return condition(type).map(Condition::getStatus).orElse("absent");
  }

  /** What the evaluator says; empty until it has been asked. */
  Optional<Planned> planned() {
    return Optional.ofNullable(world.planned().get(name()));
  }

  /** Whether all of its pods are on nodes that work. */
  boolean onReadyNodes() {
    return java.util.stream.Stream.of(Role.values())
        .flatMap(role -> alive(role).stream())
        .map(pod -> pod.getSpec().getNodeName())
        .allMatch(node -> node != null && world.isReady(node));
  }

  /** Its new template would leave too few pairs, so that all stays as it was. */
  boolean keepsOldTemplate() {
    return condition("Stalled").filter(c -> "NoRoomForRollout".equals(c.getReason())).isPresent();
  }

  /** Whether nothing was the matter with it, so that nothing of it has to go. */
  boolean calm() {
    return is("Stalled").equals("absent")
        && is("Reconciling").equals("absent")
        && is("Colocated").equals("True");
  }

  static String label(Pod pod, String key) {
    return pod.getMetadata().getLabels() == null ? null : pod.getMetadata().getLabels().get(key);
  }
}
