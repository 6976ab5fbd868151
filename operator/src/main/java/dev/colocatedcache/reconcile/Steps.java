package dev.colocatedcache.reconcile;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.reconcile.child.ChildSync;
import dev.colocatedcache.reconcile.child.ChildWriter;
import dev.colocatedcache.reconcile.child.LiveChildren;
import dev.colocatedcache.reconcile.child.NodeRequest;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The steps of a reconciliation, and what wakes it. They share the informers, so they are made
 * together.
 */
record Steps(
    List<EventSource<?, ColocatedCache>> eventSources,
    LocalCacheGates localCaches,
    Assessor assessor,
    RolloutAssessor rollouts,
    PodObserver pods,
    ScaleDown scaleDown,
    NodeRequest nodes,
    ChildSync children,
    PairGates gates,
    PairHealing healing,
    AppliedPairs applied) {

  Steps {
    eventSources = List.copyOf(eventSources);
  }

  static Steps of(
      EventSourceContext<ColocatedCache> context,
      ClusterView cluster,
      Announcer announcer,
      Clock clock,
      Duration syncTimeout,
      EvaluationTimer timer) {
    KubernetesClient client = context.getClient();
    Competition competition = new Competition(cluster, context.getPrimaryCache(), clock, timer);
    ClusterEventSource clusterEvents =
        new ClusterEventSource(
            cluster, syncTimeout, competition, context.getPrimaryCache()::contains);
    ChildInformers informers = new ChildInformers(context);
    LiveChildren live = informers.children();
    Assessor assessor =
        new Assessor(
            cluster, clusterEvents, live, competition, client.getKubernetesSerialization());
    PodObserver pods = new PodObserver(cluster, clusterEvents, live, competition);
    ScaleDown scaleDown = new ScaleDown(client, cluster, live, clock);
    ChildSync children =
        new ChildSync(
            live, new ChildWriter(client), announcer, client.getKubernetesSerialization());
    PairGates gates = new PairGates(client);
    return new Steps(
        Stream.concat(Stream.of(clusterEvents), informers.eventSources().stream()).toList(),
        new LocalCacheGates(client, cluster, live, clock),
        assessor,
        new RolloutAssessor(cluster, live, competition, timer),
        pods,
        scaleDown,
        new NodeRequest(client, live),
        children,
        gates,
        new PairHealing(client, announcer),
        new AppliedPairs(live, assessor, pods, scaleDown, children, gates));
  }
}
