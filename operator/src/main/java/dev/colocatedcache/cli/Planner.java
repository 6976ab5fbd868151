package dev.colocatedcache.cli;

import dev.colocatedcache.affinity.Admission;
import dev.colocatedcache.affinity.AdmissionContext;
import dev.colocatedcache.affinity.IncomingPod;
import dev.colocatedcache.affinity.InvalidInputException;
import dev.colocatedcache.affinity.NodeInfo;
import dev.colocatedcache.affinity.NodeRejection;
import dev.colocatedcache.affinity.Pair;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.PodInfo;
import dev.colocatedcache.affinity.QuotaCharge;
import dev.colocatedcache.affinity.Rank;
import dev.colocatedcache.affinity.Scheduler;
import dev.colocatedcache.affinity.Verdict;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.cli.Plan.Placement;
import dev.colocatedcache.cli.Plan.Site;
import dev.colocatedcache.reconcile.PairQuestion;
import dev.colocatedcache.workload.InvalidSpecException;
import dev.colocatedcache.workload.RoleModel;
import dev.colocatedcache.workload.Workload;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plays through what the operator would grant, of one ColocatedCache after the other: the one whose
 * anchors have the higher priority first, then the older, then in the order in which they are
 * given. Each sees what those before it were granted, and what those after it run already.
 */
final class Planner {
  /** So many nodes a note names. */
  private static final int NODES_NAMED = 5;

  private static final String TEMPLATE_HASH = "pod-template-hash";

  private final ClusterInput cluster;

  /**
   * @param cluster which is changed by planning
   */
  Planner(ClusterInput cluster) {
    this.cluster = cluster;
  }

  /** One that asks for pairs. */
  private record Contender(
      ColocatedCache resource,
      Workload workload,
      PairQuestion question,
      Map<Role, Pod> pods,
      String created) {

    private Contender asking(PairQuestion another) {
      return new Contender(resource, workload, another, pods, created);
    }

    /** Those that are not stored yet come in the order in which they are given. */
    private Rank rank() {
      String name = resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName();
      return new Rank(
          question.request().anchor().priority(), created, created.isEmpty() ? "" : name);
    }

    private boolean owns(PodInfo pod) {
      return pod.deployment() != null
          && pod.namespace().equals(resource.getMetadata().getNamespace())
          && Stream.of(workload.anchor(), workload.follower())
              .anyMatch(half -> half.name().equals(pod.deployment()));
    }
  }

  /**
   * Plans for all of {@code resources}.
   *
   * @throws BadInputException if one cannot be made into pods, or a node or zone of {@code whatIf}
   *     is not there
   */
  Plan plan(List<ColocatedCache> resources, WhatIf whatIf) {
    List<Contender> contenders =
        resources.stream()
            .map(this::contender)
            .sorted(Comparator.comparing(Contender::rank))
            .toList();
    WhatIf.Outcome outcome = whatIf.apply(cluster);
    List<String> notes = new ArrayList<>(cluster.notes());
    notes.addAll(placeAgain(outcome.evicted(), contenders));
    List<Site> sites = cluster.snapshot().nodes().stream().map(Planner::site).toList();
    List<Placement> placements = new ArrayList<>();
    List<QuotaCharge> promised = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      Contender contender = withinQuotas(contenders.get(i), promised);
      PairEvaluation evaluation =
          new Pairs(cluster.version())
              .evaluate(
                  cluster.snapshot(), contender.question().request(), pod -> rank(pod, contenders));
      placements.add(placement(contender, evaluation, replaced(contender)));
      promised.addAll(promised(contender, evaluation.pairs().size()));
      if (i + 1 < contenders.size()) {
        makeRoom(evaluation);
        settle(contender, evaluation);
      }
    }
    return new Plan(placements, sites, outcome.changes(), notes);
  }

  private Contender withinQuotas(Contender contender, List<QuotaCharge> promised) {
    String namespace = contender.workload().anchor().namespace();
    List<QuotaCharge> own = new ArrayList<>();
    int running = Integer.MAX_VALUE;
    for (Role role : Role.values()) {
      List<QuotaCharge> charges =
          cluster.quotas().charges(namespace, contender.workload().role(role).name());
      own.addAll(charges);
      running = Math.min(running, charges.size());
    }
    PairQuestion question =
        contender.question().within(cluster.quotas().quotas(namespace), own, promised, running);
    return contender.asking(question);
  }

  /** What quotas will charge for that many pairs, beyond what they charge for those that run. */
  private List<QuotaCharge> promised(Contender contender, int pairs) {
    List<QuotaCharge> promised = new ArrayList<>();
    for (Role role : Role.values()) {
      RoleModel half = contender.workload().role(role);
      int charged = cluster.quotas().charges(half.namespace(), half.name()).size();
      QuotaCharge charge = QuotaCharge.of(contender.pods().get(role));
      promised.addAll(Collections.nCopies(Math.max(0, pairs - charged), charge));
    }
    return promised;
  }

  private Contender contender(ColocatedCache resource) {
    String name = ColocatedCacheReader.name(resource);
    try {
      Workload workload = Workload.of(resource);
      AdmissionContext admission = cluster.admission(resource.getMetadata().getNamespace());
      Map<Role, Pod> pods =
          Map.of(
              Role.SERVICE, pod(workload.role(Role.SERVICE), admission),
              Role.CACHE, pod(workload.role(Role.CACHE), admission));
      PairQuestion question = PairQuestion.of(resource, workload, admission);
      return new Contender(resource, workload, question, pods, created(resource));
    } catch (InvalidSpecException | InvalidInputException | BadInputException e) {
      throw new BadInputException(name + ": " + e.getMessage());
    }
  }

  private static Pod pod(RoleModel half, AdmissionContext admission) {
    Pod pod =
        new PodBuilder()
            .withMetadata(
                new ObjectMetaBuilder(half.template().getMetadata())
                    .withNamespace(half.namespace())
                    .withName(half.name())
                    .addToLabels(TEMPLATE_HASH, "planned")
                    .build())
            .withSpec(half.template().getSpec())
            .build();
    try {
      Pod admitted = Admission.admit(pod, admission);
      // A pod that has a name is complained of by that name.
      IncomingPod.asStored(admitted);
      return admitted;
    } catch (InvalidInputException e) {
      throw new BadInputException("spec." + half.role().value() + ".template: " + e.getMessage());
    }
  }

  /** When the API server stored it; empty if it has not. */
  private String created(ColocatedCache resource) {
    return cluster
        .colocatedCache(resource.getMetadata().getNamespace(), resource.getMetadata().getName())
        .map(stored -> stored.at("/metadata/creationTimestamp").asText(""))
        .orElse("");
  }

  private static Site site(NodeInfo node) {
    String zone = node.label(WhatIf.ZONE);
    return new Site(
        node.name(), zone == null ? "" : zone, node.unschedulable(), node.pods().size());
  }

  /** Where a rollout that is to surge would have to replace pods, as things are. */
  private List<String> replaced(Contender contender) {
    if (!contender.workload().surges()) {
      return List.of();
    }
    List<String> notes = new ArrayList<>();
    Pairs pairs = new Pairs(cluster.version());
    for (RoleModel half : List.of(contender.workload().anchor(), contender.workload().follower())) {
      NodeRejection.Role asked =
          half.anchor() ? NodeRejection.Role.ANCHOR : NodeRejection.Role.FOLLOWER;
      String nodes =
          pairs
              .roomBeside(cluster.snapshot(), contender.question().request(), asked)
              .rejected()
              .stream()
              .map(node -> node.node() + " (" + String.join(", ", node.reasons()) + ")")
              .collect(Collectors.joining(", "));
      if (!nodes.isEmpty()) {
        notes.add(
            "a rollout of the %s would replace pods, for a new one does not fit beside the old one on %s"
                .formatted(half.role().value(), JsonInput.shown(nodes)));
      }
    }
    return notes;
  }

  private static Placement placement(
      Contender contender, PairEvaluation evaluation, List<String> replaced) {
    Set<String> notes = new LinkedHashSet<>(replaced);
    for (Role role : Role.values()) {
      IncomingPod pod =
          role == contender.question().anchor()
              ? contender.question().request().anchor()
              : contender.question().request().follower();
      pod.unsupported().forEach(sentence -> notes.add(role.value() + ": " + sentence));
    }
    if (!evaluation.misplacedAnchors().isEmpty()) {
      notes.add(
          "an anchor runs where its follower does not fit, on "
              + String.join(", ", evaluation.misplacedAnchors())
              + ": make room there, or delete the anchor's pod after making room elsewhere");
    }
    List<String> stranding = evaluation.strandingNodes();
    if (!stranding.isEmpty()) {
      notes.add(
          "the scheduler may place a pod of the %s, but not of the %s, on %d node(s): %s"
              .formatted(
                  contender.question().anchor().value(),
                  contender.question().anchor().other().value(),
                  stranding.size(),
                  some(stranding)));
    }
    return new Placement(
        contender.resource().getMetadata().getNamespace(),
        contender.resource().getMetadata().getName(),
        contender.question().anchor(),
        contender
            .question()
            .answered(
                contender.question().capacity(evaluation),
                evaluation,
                Set.copyOf(evaluation.misplacedAnchors()),
                allowed -> allowed),
        evaluation,
        List.copyOf(notes));
  }

  private static String some(List<String> nodes) {
    String first = String.join(", ", nodes.subList(0, Math.min(NODES_NAMED, nodes.size())));
    int more = nodes.size() - NODES_NAMED;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private static Rank rank(PodInfo pod, List<Contender> contenders) {
    return contenders.stream()
        .filter(contender -> contender.owns(pod))
        .map(Contender::rank)
        .findFirst()
        .orElse(null);
  }

  private void makeRoom(PairEvaluation evaluation) {
    evaluation.victims().values().stream()
        .flatMap(List::stream)
        .forEach(victim -> cluster.model().removePod(victim.namespace(), victim.name()));
  }

  /**
   * Makes the cluster what it is once the contender runs what it was granted. An anchor that stands
   * where its follower does not fit stays there, in the place of one of the pairs.
   */
  private void settle(Contender contender, PairEvaluation evaluation) {
    List<Pair> running = evaluation.pairs().stream().filter(Pair::retained).toList();
    List<Pair> toCome = evaluation.toCome();
    Set<String> standing =
        evaluation.misplacedAnchors().stream()
            .limit(evaluation.pairs().size() - running.size() - toCome.size())
            .collect(Collectors.toSet());
    for (NodeInfo node : cluster.snapshot().nodes()) {
      for (PodInfo pod : List.copyOf(node.pods())) {
        boolean stays =
            standing.contains(node.name())
                && contender.workload().anchor().name().equals(pod.deployment());
        if (contender.owns(pod) && !stays) {
          cluster.model().removePod(pod.namespace(), pod.name());
        }
      }
    }
    int number = 0;
    for (Pair pair : Stream.concat(running.stream(), toCome.stream()).toList()) {
      number++;
      bind(contender, contender.workload().anchor(), pair.anchorNode(), number);
      bind(contender, contender.workload().follower(), pair.followerNode(), number);
    }
  }

  private void bind(Contender contender, RoleModel half, String node, int number) {
    cluster
        .model()
        .putPod(
            new PodBuilder(contender.pods().get(half.role()))
                .editMetadata()
                .withName(half.name() + "-planned-" + number)
                .endMetadata()
                .editSpec()
                .withNodeName(node)
                .endSpec()
                .build());
  }

  /**
   * Places pods that had to go where the filters let them, those of higher priority first, each on
   * the node with the fewest pods. Those of contenders are not placed: they are what is planned.
   */
  private List<String> placeAgain(List<Pod> evicted, List<Contender> contenders) {
    Set<String> planned = new HashSet<>();
    contenders.forEach(
        c ->
            Stream.of(c.workload().anchor(), c.workload().follower())
                .forEach(half -> planned.add(half.namespace() + "/" + half.name())));
    List<Pod> homeless =
        evicted.stream()
            .filter(pod -> WhatIf.controllers(pod).findAny().isPresent())
            .filter(pod -> !planned.contains(deployment(pod)))
            .sorted(Comparator.comparing(Planner::priority).reversed().thenComparing(Planner::name))
            .toList();
    Scheduler scheduler = new Scheduler(cluster.version());
    List<String> pending = new ArrayList<>();
    for (Pod pod : homeless) {
      Pod unbound =
          new PodBuilder(pod).editSpec().withNodeName(null).endSpec().withStatus(null).build();
      Map<String, Verdict> verdicts =
          scheduler.judge(cluster.snapshot(), IncomingPod.asStored(unbound)).verdicts();
      cluster.snapshot().nodes().stream()
          .filter(node -> verdicts.get(node.name()).fits())
          .min(Comparator.comparing((NodeInfo node) -> node.pods().size()))
          .ifPresentOrElse(
              node ->
                  cluster
                      .model()
                      .putPod(
                          new PodBuilder(unbound)
                              .editSpec()
                              .withNodeName(node.name())
                              .endSpec()
                              .build()),
              () -> pending.add(name(pod)));
    }
    if (homeless.isEmpty()) {
      return List.of();
    }
    String placed =
        "%d evicted pod(s) of others find room on other nodes"
            .formatted(homeless.size() - pending.size());
    return pending.isEmpty()
        ? List.of(placed + ".")
        : List.of(
            "%s; %d would be Pending: %s."
                .formatted(placed, pending.size(), JsonInput.shown(String.join(", ", pending))));
  }

  private static int priority(Pod pod) {
    return pod.getSpec().getPriority() == null ? 0 : pod.getSpec().getPriority();
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }

  /** Namespace and name of the Deployment that made the pod, by the name of its ReplicaSet. */
  private static String deployment(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    String suffix = "-" + (labels == null ? null : labels.get(TEMPLATE_HASH));
    return WhatIf.controllers(pod)
        .filter(owner -> "ReplicaSet".equals(owner.getKind()) && owner.getName().endsWith(suffix))
        .map(
            owner ->
                pod.getMetadata().getNamespace()
                    + "/"
                    + owner.getName().substring(0, owner.getName().length() - suffix.length()))
        .findFirst()
        .orElse("");
  }
}
