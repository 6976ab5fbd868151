package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheStatus;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cluster.ClusterView;
import dev.colocatedcache.reconcile.child.Refusals;
import dev.colocatedcache.reconcile.child.RolloutRoom;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.status.Problem;
import dev.colocatedcache.status.StatusReport;
import dev.colocatedcache.workload.InvalidSpecException;
import dev.colocatedcache.workload.NodeBuffer;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes a ColocatedCache so: observe the cluster, evaluate how many pairs fit, apply the children
 * that differ, report. Each step is a class of its own; this one only puts them in order.
 */
public final class ColocatedCacheReconciler implements Reconciler<ColocatedCache> {
  /** How soon to look again while informers are still listing. */
  private static final Duration SOON = Duration.ofSeconds(1);

  /** How often to try again what somebody has to mend first: no event may tell us that it is. */
  private static final Duration WHILE_STALLED = Duration.ofSeconds(15);

  /** How often to see to a buffer for nodes: no event tells us of it. */
  private static final Duration WHILE_NODES_ARE_ASKED_FOR = Duration.ofSeconds(30);

  /** How often to try again what is refused to a pod: no event tells us when it is not any more. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  private final ClusterView cluster;
  private final Clock clock;
  private final Duration syncTimeout;
  private final EvaluationTimer timer;
  private final Announcer announcer;
  private final StatusWriter statuses;
  private Steps steps;

  /**
   * @param cluster not yet started: it starts and stops with the controller
   * @param syncTimeout how long to wait at the start until the cluster is known
   */
  public ColocatedCacheReconciler(
      ClusterView cluster,
      Announcer announcer,
      Clock clock,
      Duration syncTimeout,
      EvaluationTimer timer) {
    this.timer = timer;
    this.cluster = cluster;
    this.announcer = announcer;
    this.clock = clock;
    this.syncTimeout = syncTimeout;
    this.statuses = new StatusWriter(new Transitions(announcer));
  }

  @Override
  public List<EventSource<?, ColocatedCache>> prepareEventSources(
      EventSourceContext<ColocatedCache> context) {
    this.steps = Steps.of(context, cluster, announcer, clock, syncTimeout, timer);
    return steps.eventSources();
  }

  @Override
  public UpdateControl<ColocatedCache> reconcile(
      ColocatedCache resource, Context<ColocatedCache> context) {
    StatusReport report = new StatusReport(resource, clock.instant());
    if (!cluster.synced()) {
      return update(resource, report.waiting(cluster.trouble()), context).rescheduleAfter(SOON);
    }
    try {
      return place(resource, report, context);
    } catch (InvalidSpecException | InvalidInputException e) {
      Problem problem = new Problem(Problem.Reason.InvalidSpec, e.getMessage());
      return stalled(resource, report, problem, context);
    } catch (KubernetesClientException e) {
      if (Refusals.isOver(e)) {
        return UpdateControl.noUpdate();
      }
      throw e;
    }
  }

  private UpdateControl<ColocatedCache> place(
      ColocatedCache resource, StatusReport report, Context<ColocatedCache> context) {
    Workload workload = Workload.of(resource);
    // Before all else: pods are to be Ready, or not to be, whatever becomes of the spec.
    LocalCacheGates.Outcome told = steps.localCaches().set(resource, workload);
    Assessment assessment = steps.assessor().assess(resource, workload);
    Capacity capacity = assessment.capacity();
    RolloutRoom room = steps.rollouts().room(resource, workload, report.isAnnounced());
    // Before anything is marked: a spec that is held back does not say which pods go.
    Optional<Problem> problem =
        report.proven()
            ? Optional.empty()
            : steps
                .children()
                .rehearse(resource, workload, assessment.replicas(), capacity, told.need(), room);
    if (problem.isPresent()) {
      return stalled(resource, report, problem.get(), context);
    }
    ScaleDown.Step step = steps.scaleDown().prepare(resource, workload, assessment);
    if (step.pause() != null) {
      return UpdateControl.<ColocatedCache>noUpdate().rescheduleAfter(step.pause());
    }
    Optional<NodeBuffer> buffer = Optional.ofNullable(assessment.buffer());
    steps.nodes().lower(resource, buffer);
    problem =
        steps.children().sync(resource, workload, step.replicas(), capacity, told.need(), room);
    if (problem.isPresent()) {
      return stalled(resource, report, problem.get(), context);
    }
    steps.gates().open(workload, assessment);
    boolean again = steps.healing().heal(resource, workload, assessment) || !told.all();
    Optional<Problem> unasked = steps.nodes().bring(resource, buffer);
    UpdateControl<ColocatedCache> result =
        update(
            resource,
            report.applied(
                workload.role(Role.SERVICE).selector(),
                unasked.map(capacity::unremedied).orElse(capacity),
                steps.pods().observe(resource, workload),
                assessment.apart(),
                steps.rollouts().surgeLimit(resource, workload)),
            context);
    return Stream.concat(
            again ? Stream.of(AGAIN) : Stream.empty(),
            Stream.concat(
                unasked.isPresent()
                    ? Stream.of(WHILE_STALLED)
                    : buffer.map(b -> WHILE_NODES_ARE_ASKED_FOR).stream(),
                assessment.lookAgainIn(clock.instant()).stream()))
        .min(Duration::compareTo)
        .map(result::rescheduleAfter)
        .orElse(result);
  }

  private UpdateControl<ColocatedCache> stalled(
      ColocatedCache resource,
      StatusReport report,
      Problem problem,
      Context<ColocatedCache> context) {
    if (problem.reason().isNotice()) {
      return update(resource, report.announced(problem), context).rescheduleAfter(SOON);
    }
    steps.assessor().giveUp(resource);
    AppliedPairs.Kept kept = steps.applied().lookAfter(resource, problem);
    return update(resource, report.notApplied(problem, kept.observation()), context)
        .rescheduleAfter(kept.soon().orElse(WHILE_STALLED));
  }

  private UpdateControl<ColocatedCache> update(
      ColocatedCache resource, ColocatedCacheStatus status, Context<ColocatedCache> context) {
    statuses.write(resource, status, context);
    return UpdateControl.noUpdate();
  }

  @Override
  public ErrorStatusUpdateControl<ColocatedCache> updateErrorStatus(
      ColocatedCache resource, Context<ColocatedCache> context, Exception failure) {
    statuses.tell(resource, failure, clock.instant(), context);
    return ErrorStatusUpdateControl.defaultErrorProcessing();
  }
}
