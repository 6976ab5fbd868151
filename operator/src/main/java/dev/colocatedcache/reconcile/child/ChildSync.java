package dev.colocatedcache.reconcile.child;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.reconcile.Announcer;
import dev.colocatedcache.status.Capacity;
import dev.colocatedcache.status.Problem;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Rollout;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the children of a ColocatedCache to what they should be.
 *
 * <p>All or nothing as far as can be known: whatever the API server would refuse is found by a dry
 * run of every write before the first one, so that a spec that cannot be applied touches nothing
 * that runs. Where nothing differs, nothing is written.
 */
public final class ChildSync {
  private static final Logger LOG = LoggerFactory.getLogger(ChildSync.class);

  private final LiveChildren live;
  private final ChildWriter writer;
  private final Announcer announcer;
  private final KubernetesSerialization serialization;
  private final TrafficDistributions distributions = new TrafficDistributions();

  /** Writes through {@code writer} and tells of repairs through {@code announcer}. */
  public ChildSync(
      LiveChildren live,
      ChildWriter writer,
      Announcer announcer,
      KubernetesSerialization serialization) {
    this.live = live;
    this.writer = writer;
    this.announcer = announcer;
    this.serialization = serialization;
  }

  /**
   * Brings the children of {@code owner} to {@code workload}, of which the API server is known to
   * take what was made of it so far, be it by {@link #rehearse}.
   *
   * @param replicas of each role
   * @param capacity of which these are
   * @param need what anchors wait for before they can be Ready
   * @param room for a rollout; asked where a template changes, or pods are to surge
   * @return what somebody has to mend; empty when the children are as they should be
   * @throws KubernetesClientException where trying again may do
   */
  public Optional<Problem> sync(
      ColocatedCache owner,
      Workload workload,
      Map<Role, Integer> replicas,
      Capacity capacity,
      FollowerNeed need,
      RolloutRoom room) {
    Target target = new Target(owner, workload, replicas, capacity, need, room);
    Optional<Problem> problem = bring(target, true, change -> write(owner, change));
    if (problem.isEmpty()) {
      for (Role role : Role.values()) {
        live.ours(owner, workload.role(role).name())
            .filter(ForgottenRollout::mayBe)
            .ifPresent(writer::resume);
      }
    }
    return problem;
  }

  /** Asks what {@link #sync} would find in the way of a spec that is new, and changes nothing. */
  public Optional<Problem> rehearse(
      ColocatedCache owner,
      Workload workload,
      Map<Role, Integer> replicas,
      Capacity capacity,
      FollowerNeed need,
      RolloutRoom room) {
    return bring(new Target(owner, workload, replicas, capacity, need, room), false, change -> {});
  }

  /** Sets how many pods each role's Deployment has, and nothing else of it. */
  public void scale(ColocatedCache owner, Workload workload, Map<Role, Integer> replicas) {
    replicas.forEach(
        (role, wanted) ->
            live.ours(owner, workload.role(role).name())
                .filter(deployment -> !wanted.equals(deployment.getSpec().getReplicas()))
                .ifPresent(
                    deployment -> {
                      live.written(writer.scale(deployment, wanted), deployment);
                      LOG.info(
                          "Deployment {} scaled to {} by the template that it has",
                          deployment.getMetadata().getName(),
                          wanted);
                    }));
  }

  /**
   * Puts back what somebody has deleted or changed of the Services and budgets, and leaves all else
   * as it is: for while {@code workload}'s templates cannot be applied.
   */
  public void restore(ColocatedCache owner, Workload workload, Capacity capacity) {
    List<Change<?>> changes = new ArrayList<>();
    for (Role role : Role.values()) {
      RoleModel model = workload.role(role);
      Optional<Problem> problem = compareBeside(owner, workload, capacity, model, changes);
      problem.ifPresent(p -> LOG.info("left as it is: {}", p.message()));
    }
    changes.removeIf(change -> !change.isRepair());
    first(changes, change -> write(owner, change))
        .ifPresent(p -> LOG.info("not put back: {}", p.message()));
  }

  /** What the children are to be. */
  private record Target(
      ColocatedCache owner,
      Workload workload,
      Map<Role, Integer> replicas,
      Capacity capacity,
      FollowerNeed need,
      RolloutRoom room) {}

  /**
   * Takes the step for each child that differs, unless something speaks against any.
   *
   * @param proven whether the API server is known to take what differs, rollouts apart
   */
  private Optional<Problem> bring(Target target, boolean proven, Step step) {
    int known = distributions.lessons();
    Optional<Problem> problem = attempt(target, proven, step);
    // Each lesson rules out a value, and there are few of them.
    return distributions.lessons() == known ? problem : bring(target, proven, step);
  }

  private Optional<Problem> attempt(Target target, boolean proven, Step step) {
    ColocatedCache owner = target.owner();
    Workload workload = target.workload();
    List<Change<?>> changes = new ArrayList<>();
    List<Change<?>> rollouts = new ArrayList<>();
    boolean followerWaits = followerWaits(target);
    for (RoleModel model : List.of(workload.anchor(), workload.follower())) {
      boolean waits = !model.anchor() && followerWaits;
      Rollout rollout = new Rollout(waits, workload.surges() && surges(target, model, waits));
      Deployment deployment =
          workload.deployment(model.role(), target.replicas().get(model.role()), rollout);
      Optional<Problem> problem =
          compare(owner, model, deployment, changes)
              .or(() -> compareBeside(owner, workload, target.capacity(), model, changes));
      if (problem.isPresent()) {
        return problem;
      }
    }
    // Not only a spec that is new rolls pods: an annotation does, and what a newer operator adds.
    if (!proven || changes.stream().anyMatch(RolloutOrder::changes)) {
      Optional<Problem> problem =
          first(
              changes,
              change -> {
                if (writer.rehearse(change)) {
                  rollouts.add(change);
                }
              });
      if (problem.isPresent()) {
        return problem;
      }
    }
    if (!rollouts.isEmpty()) {
      Optional<Problem> problem = target.room().objection();
      if (problem.isPresent()) {
        return problem;
      }
    }
    return first(changes, step);
  }

  /** A step that the API server may refuse. */
  private interface Step {
    void run(Change<?> change);
  }

  private Optional<Problem> first(List<Change<?>> changes, Step step) {
    for (Change<?> change : changes) {
      try {
        step.run(change);
      } catch (KubernetesClientException e) {
        if (change.desired() instanceof Service service) {
          distributions.refused(service, e);
        }
        Optional<Problem> problem = Refusals.problem(e, change.role(), change.child());
        if (problem.isEmpty()) {
          throw e;
        }
        return problem;
      }
    }
    return Optional.empty();
  }

  private boolean followerWaits(Target target) {
    RoleModel anchor = target.workload().anchor();
    RoleModel follower = target.workload().follower();
    Optional<Deployment> liveAnchor = current(target.owner(), target.workload(), anchor);
    Optional<Deployment> liveFollower = current(target.owner(), target.workload(), follower);
    return RolloutOrder.followerWaits(
        marked(target, anchor, liveAnchor),
        liveAnchor,
        marked(target, follower, liveFollower),
        liveFollower,
        target.need());
  }

  private boolean surges(Target target, RoleModel model, boolean waits) {
    Optional<Deployment> current = current(target.owner(), target.workload(), model);
    return RolloutOrder.surges(
        marked(target, model, current), current, waits, model.role(), target.room());
  }

  private Deployment marked(Target target, RoleModel role, Optional<Deployment> current) {
    Deployment desired =
        target
            .workload()
            .deployment(role.role(), target.replicas().get(role.role()), Rollout.REPLACE);
    current.ifPresent(deployment -> keep(desired, deployment));
    return Intent.marked(desired, serialization);
  }

  /** The role's Deployment as it is, if it is ours or is about to be: it rolls like ours. */
  private Optional<Deployment> current(ColocatedCache owner, Workload workload, RoleModel role) {
    Optional<Deployment> ours = live.ours(owner, role.name());
    if (ours.isPresent() || !Claim.mayAdopt(owner)) {
      return ours;
    }
    try {
      return live.find(workload.deployment(role.role(), 0, Rollout.REPLACE))
          .filter(found -> !found.isMarkedForDeletion())
          .filter(found -> Claim.objection(owner, role.role(), found, podLabels(role)).isEmpty());
    } catch (KubernetesClientException e) {
      // What is in the way is told of where the Deployment is to be written.
      return Optional.empty();
    }
  }

  private static Map<String, String> podLabels(RoleModel role) {
    return role.template().getMetadata().getLabels();
  }

  /** What a role has beside its Deployment. */
  private Optional<Problem> compareBeside(
      ColocatedCache owner,
      Workload workload,
      Capacity capacity,
      RoleModel model,
      List<Change<?>> changes) {
    return compare(
            owner,
            model,
            Service.class,
            workload.service(model.role()).map(distributions::nearest),
            changes)
        .or(
            () ->
                compare(
                    owner,
                    model,
                    PodDisruptionBudget.class,
                    workload.disruptionBudget(model.role(), capacity.granted(), capacity.pending()),
                    changes));
  }

  /** A child that a role may have or not. */
  private <T extends HasMetadata> Optional<Problem> compare(
      ColocatedCache owner,
      RoleModel role,
      Class<T> kind,
      Optional<T> desired,
      List<Change<?>> changes) {
    if (desired.isPresent()) {
      return compare(owner, role, desired.get(), changes);
    }
    live.known(kind, role.namespace(), role.name())
        .filter(child -> Claim.isOurs(owner, child) && !child.isMarkedForDeletion())
        .ifPresent(
            child ->
                changes.add(new Change<>(role.role(), Change.Kind.DELETE, null, child, "", null)));
    return Optional.empty();
  }

  private <T extends HasMetadata> Optional<Problem> compare(
      ColocatedCache owner, RoleModel role, T desired, List<Change<?>> changes) {
    Optional<T> found;
    try {
      found = live.find(desired);
    } catch (KubernetesClientException e) {
      Optional<Problem> problem = Refusals.problem(e, role.role(), desired);
      if (problem.isEmpty()) {
        throw e;
      }
      return problem;
    }
    if (found.isEmpty()) {
      Intent.marked(desired, serialization);
      changes.add(new Change<>(role.role(), Change.Kind.CREATE, desired, null, "", null));
      return Optional.empty();
    }
    T current = found.get();
    if (current.isMarkedForDeletion() || Claim.isOfPredecessor(owner, current)) {
      // It is on its way out, and its end wakes us: what comes next is a new one.
      return Optional.empty();
    }
    Optional<Problem> objection = Claim.objection(owner, role.role(), current, podLabels(role));
    if (objection.isPresent()) {
      return objection;
    }
    keep(desired, current);
    Intent.marked(desired, serialization);
    difference(owner, role.role(), desired, current).ifPresent(changes::add);
    return Optional.empty();
  }

  /**
   * A Deployment's selector is immutable, so an adopted one keeps its own. And a restart that is no
   * longer asked for has been done: to take its mark away would be another one.
   */
  private static void keep(HasMetadata desired, HasMetadata current) {
    if (desired instanceof Deployment ours && current instanceof Deployment theirs) {
      ours.getSpec().setSelector(theirs.getSpec().getSelector());
      Map<String, String> done = theirs.getSpec().getTemplate().getMetadata().getAnnotations();
      if (done != null && done.containsKey(Workload.RESTARTED_AT)) {
        ours.getSpec()
            .setTemplate(
                new PodTemplateSpecBuilder(ours.getSpec().getTemplate())
                    .editMetadata()
                    .withAnnotations(with(ours, done.get(Workload.RESTARTED_AT)))
                    .endMetadata()
                    .build());
      }
    }
  }

  private static Map<String, String> with(Deployment ours, String restartedAt) {
    Map<String, String> annotations = new TreeMap<>(Map.of(Workload.RESTARTED_AT, restartedAt));
    Map<String, String> own = ours.getSpec().getTemplate().getMetadata().getAnnotations();
    if (own != null) {
      annotations.putAll(own);
    }
    return annotations;
  }

  private <T extends HasMetadata> Optional<Change<T>> difference(
      ColocatedCache owner, Role role, T desired, T current) {
    Optional<String> field =
        ChildDiff.firstDifference(
            Intent.withoutDigest(serialization.convertValue(desired, JsonNode.class)),
            serialization.convertValue(current, JsonNode.class));
    Optional<FieldOwnership.ForeignField> foreign =
        ChildWriter.ownership(desired).firstForeign(managedFields(current));
    boolean ours = Claim.isOurs(owner, current);
    boolean asBefore = Intent.digest(desired).equals(Intent.digest(current));
    if (asBefore && field.isEmpty() && foreign.isEmpty()) {
      return Optional.empty();
    }
    // What others have put there is told of even where we want something else ourselves just now.
    boolean drift = asBefore || foreign.isPresent();
    Change.Kind kind = !ours ? Change.Kind.ADOPT : drift ? Change.Kind.DRIFT : Change.Kind.INTENT;
    boolean namesForeign = foreign.isPresent() && (!asBefore || field.isEmpty());
    String path =
        namesForeign ? foreign.get().path() : field.orElse("a field that is no longer asked for");
    String by = namesForeign ? foreign.get().manager() : null;
    return Optional.of(new Change<>(role, kind, desired, current, path, by));
  }

  private static List<ManagedFieldsEntry> managedFields(HasMetadata object) {
    List<ManagedFieldsEntry> entries = object.getMetadata().getManagedFields();
    return entries == null ? List.of() : entries;
  }

  private <T extends HasMetadata> void write(ColocatedCache owner, Change<T> change) {
    if (change.kind() == Change.Kind.DELETE) {
      writer.delete(change.live());
      LOG.info("{} deleted: it is no longer asked for", change.what());
      return;
    }
    T written = writer.apply(change);
    live.written(written, change.live());
    if (change.desired() instanceof Service service && written instanceof Service result) {
      distributions.written(service, result);
    }
    switch (change.kind()) {
      case DRIFT -> announcer.putRight(owner, change.desired(), change.field(), change.by());
      case ADOPT -> announcer.adopted(owner, change.live());
      default ->
          LOG.info(
              "{} {}",
              change.what(),
              change.kind() == Change.Kind.CREATE ? "created" : "applied: " + change.field());
    }
  }
}
