package dev.colocatedcache.testing;

import java.util.List;

/**
 * A manifest that the API server refuses, a case for each rule that the CustomResourceDefinition
 * has and for each kind of constraint of its schema.
 *
 * @param name of the case
 * @param manifest of a ColocatedCache named checkout
 * @param complaint what a refusal says, with the field's path
 */
public record RefusedManifest(String name, String manifest, String complaint) {
  private static final PairManifest GOOD = PairManifest.named("checkout");
  private static final String SERVICE = "/spec/service/template/spec";
  private static final String LABELS = "/template/metadata";

  /** All of them. */
  public static List<RefusedManifest> all() {
    return List.of(
        refused(
            "a negative count", with("/spec/replicas", "-1"), "spec.replicas: Invalid value: -1"),
        refused(
            "a count in words", with("/spec/replicas", "two"), "spec.replicas: Invalid value: "),
        refused("a broken count", with("/spec/replicas", "1.5"), "spec.replicas: Invalid value: "),
        refused(
            "a count beyond all", with("/spec/replicas", "9223372036854775807"), "spec.replicas: "),
        refused(
            "too few", with("/spec/minReplicas", "3"), "spec.replicas is below spec.minReplicas"),
        refused(
            "some to be Pending where none is",
            with("/spec/capacity", "{policy: Cap, maxPending: 2}"),
            "spec.capacity.maxPending says how many pairs may be Pending"),
        refused(
            "a node waited for all day",
            with("/spec/capacity/scaleDownDelaySeconds", "86400"),
            "spec.capacity.scaleDownDelaySeconds"),
        refused("a typing error", with("/spec/replica", "1"), "unknown field \"spec.replica\""),
        refused(
            "a typing error deep down",
            with(SERVICE + "/containers/0/imagePullpolicy", "Always"),
            "unknown field \"spec.service.template.spec.containers[0].imagePullpolicy\""),
        refused("no cache", GOOD.without("/spec/cache"), "spec.cache: Required value"),
        refused(
            "no template", GOOD.without("/spec/cache/template"), "spec.cache.template: Required"),
        refused("no spec", GOOD.without("/spec"), "spec: Required value"),
        refused(
            "no containers",
            with(SERVICE + "/containers", "[]"),
            "spec.service.template.spec.containers: Invalid value"),
        refused(
            "a nameless container",
            with(SERVICE + "/containers", "[{image: a}]"),
            "spec.service.template.spec.containers[0].name: Required value"),
        refused(
            "a list that is none",
            with(SERVICE + "/containers", "{name: a}"),
            "spec.service.template.spec.containers"),
        refused(
            "two containers of one name",
            with(SERVICE + "/containers", "[{name: a, image: a}, {name: a, image: b}]"),
            "spec.service.template.spec.containers[1]: Duplicate value"),
        refused(
            "a bad quantity",
            with(SERVICE + "/containers/0/resources", "{requests: {cpu: lots}}"),
            "spec.service.template.spec.containers[0].resources.requests.cpu: Invalid value"),
        refused(
            "a bad image",
            with(SERVICE + "/containers/0/image", "'nginx 1'"),
            "spec.service.template.spec.containers[0].image: "),
        refused(
            "another anchor", with("/spec/placement/anchor", "Redis"), "spec.placement.anchor: "),
        refused(
            "a bad topology key",
            with("/spec/placement/topologyKey", "a b"),
            "spec.placement.topologyKey: "),
        refused(
            "a rollout that may take nothing",
            with("/spec/updateStrategy/maxUnavailable", "0"),
            "spec.updateStrategy.maxUnavailable: "),
        refused(
            "a rollout that may take more than all",
            with("/spec/updateStrategy/maxUnavailable", "101%"),
            "a rollout that may make no pair unavailable could never begin"),
        refused(
            "traffic to a zone where pairs share a node",
            with("/spec/traffic/policy", "PreferSameZone"),
            "spec.traffic.policy to PreferSameNode, SameNode or Cluster"),
        refused(
            "traffic to a node where pairs share a zone",
            with("/spec/traffic/policy", "SameNode")
                .with("/spec/placement/topologyKey", "topology.kubernetes.io/zone"),
            "spec.traffic.policy to PreferSameZone or Cluster"),
        refused(
            "traffic to what no Service knows",
            with("/spec/traffic/policy", "PreferSameZone")
                .with("/spec/placement/topologyKey", "rack"),
            "spec.traffic.policy to Cluster, or leave it out"),
        refused(
            "a budget that lets nothing go",
            with("/spec/disruptionBudget/maxUnavailable", "0%"),
            "with none no node could ever be drained"),
        refused("a bad name of a half", with("/spec/cache/name", "Redis"), "spec.cache.name: "),
        refused(
            "a name that ends a line",
            with("/spec/cache/name", "\"redis\\n\""),
            "spec.cache.name: "),
        refused(
            "two halves of one name",
            with("/spec/cache/name", "checkout"),
            "service and cache would have the same name"),
        refused(
            "a bad name", with("/metadata/name", "1checkout"), "metadata.name becomes the name of"),
        refused(
            "a long name",
            with("/metadata/name", "a".repeat(64)),
            "metadata.name is longer than 63"),
        refused(
            "a long default name",
            with("/metadata/name", "a".repeat(58)),
            "the cache's default name, <metadata.name>-cache, would be longer than 63"),
        refused(
            "one component",
            with("/spec/service" + LABELS, "{labels: {app.kubernetes.io/component: cache}}"),
            "service and cache would carry the same label"),
        refused(
            "the service's instance",
            with("/spec/service" + LABELS, "{labels: {app.kubernetes.io/instance: other}}"),
            "the label app.kubernetes.io/instance of spec.service.template"),
        refused(
            "the cache's instance",
            with("/spec/cache" + LABELS, "{labels: {app.kubernetes.io/instance: other}}"),
            "the label app.kubernetes.io/instance of spec.cache.template"),
        refused(
            "the service's role",
            with("/spec/service" + LABELS, "{labels: {colocatedcache.dev/role: cache}}"),
            "the operator sets the label colocatedcache.dev/role of spec.service.template"),
        refused(
            "the cache's role",
            with("/spec/cache" + LABELS, "{labels: {colocatedcache.dev/role: service}}"),
            "the operator sets the label colocatedcache.dev/role of spec.cache.template"),
        refused(
            "nameless ports",
            with("/spec/service/ports", "[{port: 1}, {port: 2}]"),
            "a Service with several ports tells them apart by name"),
        refused(
            "a node port",
            with("/spec/service/ports", "[{port: 80, nodePort: 30080}]"),
            "the Services are of type ClusterIP"),
        refused(
            "a port beyond all",
            with("/spec/service/ports", "[{port: 70000}]"),
            "spec.service.ports[0].port: "),
        refused(
            "a deadline",
            with(SERVICE + "/activeDeadlineSeconds", "5"),
            "activeDeadlineSeconds ends a pod for good"),
        refused("a job", with(SERVICE + "/restartPolicy", "Never"), "pods run for ever: remove it"),
        refused(
            "a wrong policy",
            with(SERVICE + "/containers/0/imagePullPolicy", "Sometimes"),
            "use Always, IfNotPresent or Never"),
        refused("a wrong DNS", with(SERVICE + "/dnsPolicy", "Cluster"), "use ClusterFirst, "),
        refused(
            "a huge label",
            with("/spec/service" + LABELS, "{labels: {a: " + "x".repeat(1 << 20) + "}}"),
            "spec.service.template.metadata.labels.a: "));
  }

  private static PairManifest with(String place, String value) {
    return GOOD.with(place, value);
  }

  private static RefusedManifest refused(String name, PairManifest manifest, String complaint) {
    return new RefusedManifest(name, manifest.yaml(), complaint);
  }

  @Override
  public String toString() {
    return name;
  }
}
