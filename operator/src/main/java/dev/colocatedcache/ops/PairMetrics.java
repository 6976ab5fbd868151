package dev.colocatedcache.ops;

import dev.colocatedcache.api.v1alpha1.CapacityStatus;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.api.v1alpha1.RejectedNodes;
import io.fabric8.kubernetes.api.model.Condition;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What the statuses of all ColocatedCaches say, in numbers. They are read when they are asked for,
 * so the series of a ColocatedCache go with it. Nothing of a spec is told but how many pairs it
 * asks for.
 */
public final class PairMetrics implements MultiCollector {
  private final Supplier<Stream<ColocatedCache>> resources;

  /**
   * @param resources all ColocatedCaches as they are now; none where another process tells of them
   */
  public PairMetrics(Supplier<Stream<ColocatedCache>> resources) {
    this.resources = resources;
  }

  @Override
  public MetricSnapshots collect() {
    List<ColocatedCache> all =
        resources.get().filter(resource -> resource.getSpec() != null).toList();
    return MetricSnapshots.of(
        gauge(
            "colocatedcache_requested_pairs",
            "Pairs asked for.",
            all,
            resource -> Stream.of(point(resource, resource.getSpec().replicas()))),
        ofStatus(
            "colocatedcache_granted_pairs",
            "Pairs granted: as many of those asked for as fit.",
            all,
            ColocatedCacheStatus::replicas),
        ofStatus(
            "colocatedcache_ready_pairs",
            "Pairs whose two halves are Ready in the same topology domain.",
            all,
            ColocatedCacheStatus::readyReplicas),
        ofStatus(
            "colocatedcache_colocated_pairs",
            "Pairs whose two halves run in the same topology domain.",
            all,
            ColocatedCacheStatus::colocatedReplicas),
        ofStatus(
            "colocatedcache_eligible_nodes",
            "Nodes that can hold a pair; with another topology key, domains.",
            all,
            status -> status.capacity() == null ? null : status.capacity().eligibleNodes()),
        gauge(
            "colocatedcache_rejected_nodes",
            "Nodes that hold no pair, by the reason. One may be counted by several.",
            all,
            PairMetrics::rejected),
        gauge(
            "colocatedcache_condition",
            "1 where the condition is True, 0 where it is not.",
            all,
            PairMetrics::conditions));
  }

  private static GaugeSnapshot ofStatus(
      String name,
      String help,
      List<ColocatedCache> all,
      Function<ColocatedCacheStatus, Integer> count) {
    return gauge(
        name,
        help,
        all,
        resource ->
            Stream.of(
                point(
                    resource,
                    resource.getStatus() == null ? null : count.apply(resource.getStatus()))));
  }

  private static Stream<GaugeDataPointSnapshot> rejected(ColocatedCache resource) {
    CapacityStatus capacity = resource.getStatus() == null ? null : resource.getStatus().capacity();
    return capacity == null
        ? Stream.empty()
        : capacity.rejected().stream()
            .map((RejectedNodes why) -> point(resource, why.nodes(), "reason", why.reason()));
  }

  private static Stream<GaugeDataPointSnapshot> conditions(ColocatedCache resource) {
    return resource.getStatus() == null
        ? Stream.empty()
        : resource.getStatus().conditions().stream()
            .map(
                (Condition condition) ->
                    point(
                        resource,
                        "True".equals(condition.getStatus()) ? 1 : 0,
                        "type",
                        condition.getType(),
                        "reason",
                        condition.getReason()));
  }

  private static GaugeSnapshot gauge(
      String name,
      String help,
      List<ColocatedCache> all,
      Function<ColocatedCache, Stream<GaugeDataPointSnapshot>> points) {
    GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
    all.stream().flatMap(points).forEach(builder::dataPoint);
    return builder.build();
  }

  /**
   * @param value null for none yet
   */
  private static GaugeDataPointSnapshot point(
      ColocatedCache resource, Integer value, String... labels) {
    Labels ofResource =
        Labels.of(
            "namespace",
            resource.getMetadata().getNamespace(),
            "name",
            resource.getMetadata().getName());
    return GaugeDataPointSnapshot.builder()
        .value(value == null ? 0 : value)
        .labels(ofResource.merge(Labels.of(labels)))
        .build();
  }
}
