package dev.colocatedcache.cli;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.cli.ManifestFiles.Document;
import dev.colocatedcache.cli.WhatIf.Addition;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what the operator would grant, before anything is applied. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says how many pairs the operator would grant, on which nodes, and why not more, in"
          + " kube-scheduler's words. Nothing is changed.",
      "It looks at the current cluster (KUBECONFIG, or ~/.kube/config), or at a --snapshot of one."
          + " Where several ColocatedCaches are given, they compete: the one whose anchors have"
          + " the higher priority is served first, then the older, then the one that is given first."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:Everything that is asked for is granted.",
      "1:A ColocatedCache is capped.",
      "2:Something is wrong with what was given, or with the cluster."
    })
final class PlanCommand implements Callable<Integer> {
  private static final int CAPPED = 1;
  private static final int MAX_ADDED = 20_000;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      arity = "1..*",
      split = ",",
      description =
          "ColocatedCaches, as YAML or JSON: files, folders, - for standard input. Other kinds in"
              + " them are passed over. Default: the ColocatedCaches that the cluster has.")
  private List<String> files = List.of();

  @Option(
      names = {"-R", "--recursive"},
      description = "Read the folders within a folder too.")
  private boolean recursive;

  @Mixin private ClusterOptions where;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "TABLE",
      description = "table, json, yaml or html. Default: table.")
  private Format format;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      description = "What if every ColocatedCache asked for N pairs.")
  private Integer replicas;

  @Option(
      names = "--cordon",
      paramLabel = "NODE",
      split = ",",
      description = "What if this node were cordoned: pairs on it stay, new ones do not come.")
  private Set<String> cordoned = Set.of();

  @Option(
      names = "--drain",
      paramLabel = "NODE",
      split = ",",
      description =
          "What if this node were drained: it is cordoned, and its pods find another node or wait"
              + " for one, but for those of DaemonSets.")
  private Set<String> drained = Set.of();

  @Option(
      names = "--without-zone",
      paramLabel = "ZONE",
      split = ",",
      description =
          "What if this zone (topology.kubernetes.io/zone) were lost: its nodes are gone, and"
              + " their pods find another node or wait for one.")
  private Set<String> lostZones = Set.of();

  @Option(names = "--timings", description = "Say on standard error where the time goes.")
  private boolean timed;

  @ArgGroup(exclusive = false, multiplicity = "0..*")
  private List<Nodes> additions = new ArrayList<>();

  /** Nodes to add. */
  static final class Nodes {
    @Option(
        names = "--add-nodes",
        paramLabel = "N",
        required = true,
        description =
            "What if there were N nodes more, fresh copies of the node --like: same labels, taints"
                + " and allocatable, Ready and not cordoned, with the pods of its DaemonSets.")
    private int count;

    @Option(
        names = "--like",
        paramLabel = "NODE",
        required = true,
        description = "The node that --add-nodes copies.")
    private String like;
  }

  /** How the plan is written. */
  enum Format {
    /** For people. */
    TABLE,
    /** For programs. */
    JSON,
    /** The same as YAML. */
    YAML,
    /** A page with a map of the nodes. */
    HTML;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    WhatIf whatIf = whatIf();
    if (where.readsStandardInput() && files.contains("-")) {
      throw new ParameterException(
          spec.commandLine(), "-f and --snapshot cannot both read standard input");
    }
    Timings timings = new Timings(timed ? spec.commandLine().getErr() : null);
    // The cluster is most of the work: manifests and their schema are read meanwhile.
    CompletableFuture<ClusterInput> reading =
        CompletableFuture.supplyAsync(() -> where.read(System.in, whatIf::needsPodsOf));
    ColocatedCacheReader reader = new ColocatedCacheReader(where::namespace, replicas);
    List<Document> documents = new ManifestFiles(System.in, recursive).readAll(files);
    List<ColocatedCache> given = reader.read(documents);
    timings.step("ColocatedCaches, while the cluster is read");
    ClusterInput cluster = join(reading);
    timings.step("the rest of the cluster");
    reader.requireAllowedChanges(documents, cluster);
    List<ColocatedCache> resources = files.isEmpty() ? reader.read(stored(cluster)) : given;
    if (resources.isEmpty()) {
      throw new BadInputException(
          files.isEmpty()
              ? "there is no ColocatedCache in the cluster: name files of them with -f"
              : JsonInput.shown(String.join(", ", files)) + ": there is no ColocatedCache in it");
    }
    Plan plan = new Planner(cluster).plan(resources, whatIf);
    timings.step("evaluation");
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        switch (format) {
          case TABLE -> new PlanTable().table(plan);
          case JSON -> new PlanJson().json(plan);
          case YAML -> new PlanJson().yaml(plan);
          case HTML -> new PlanPage().page(plan);
        });
    out.flush();
    timings.step("output");
    timings.end();
    return plan.allGranted() ? 0 : CAPPED;
  }

  private WhatIf whatIf() {
    List<Addition> added = new ArrayList<>();
    for (Nodes nodes : additions) {
      if (nodes.count < 0 || nodes.count > MAX_ADDED) {
        throw new ParameterException(
            spec.commandLine(), "--add-nodes must be a number from 0 to " + MAX_ADDED);
      }
      added.add(new Addition(nodes.count, nodes.like));
    }
    return new WhatIf(cordoned, drained, added, lostZones);
  }

  private static List<Document> stored(ClusterInput cluster) {
    return cluster.colocatedCaches().stream()
        .map(resource -> new Document("the cluster", resource.deepCopy()))
        .toList();
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
