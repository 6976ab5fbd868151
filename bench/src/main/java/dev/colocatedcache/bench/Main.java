package dev.colocatedcache.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures all there is to measure and prints a table; each line ends with the target, where there
 * is one.
 *
 * <p>Arguments: the operator's jar, for the time that {@code plan} takes from a cold start.
 */
final class Main {

  private static final String HEAP = "-Xmx3g";

  /** The figures are of one core. */
  private static final String ONE_CORE = "-XX:ActiveProcessorCount=1";

  private static final int COLD_STARTS = 5;

  private final List<String> lines = new ArrayList<>();

  public static void main(String[] arguments) throws Exception {
    Main main = new Main();
    main.header();
    main.evaluation();
    main.changes();
    main.footprint();
    if (arguments.length > 0) {
      main.coldPlan(Path.of(arguments[0]));
    }
    System.out.println();
    main.lines.forEach(System.out::println);
  }

  private void header() {
    lines.add(
        String.format(
            Locale.ROOT,
            "%d cores, %s %s; load average at the start %.1f",
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.vm.name"),
            System.getProperty("java.runtime.version"),
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    lines.add("");
    lines.add("| what | CPU time (time passed) | target |");
    lines.add("|---|---|---|");
  }

  private void line(String what, String measured, String target) {
    lines.add("| " + what + " | " + measured + " | " + target + " |");
  }

  private void evaluation() throws RunnerException {
    for (RunResult result : run(EvaluationBenchmark.class)) {
      int nodes = Integer.parseInt(result.getParams().getParam("nodes"));
      Question question = Question.valueOf(result.getParams().getParam("question"));
      line(
          String.format(
              Locale.ROOT,
              "one ColocatedCache, %s: %,d nodes, %,d pods",
              inWords(question),
              nodes,
              nodes * 30),
          figure(result, "ms"),
          nodes == 5000 ? "< 10 ms" : "");
    }
  }

  private static String inWords(Question question) {
    return switch (question) {
      case HOSTNAME -> "a pair a node";
      case SPREAD -> "a pair a node, spread over zones";
      case ZONE -> "a pair a zone";
    };
  }

  private void changes() throws RunnerException {
    for (RunResult result : run(ChangeBenchmark.class)) {
      switch (result.getPrimaryResult().getLabel()) {
        case "judgePodChange" ->
            line("a pod's change judged, 5,000 nodes", figure(result, "µs"), "< 20 µs");
        case "judgeNodeChange" ->
            line("a node's change judged, 5,000 nodes", figure(result, "µs"), "< 20 µs");
        default ->
            line("a pod's change read and a new snapshot, 5,000 nodes", figure(result, "µs"), "");
      }
    }
  }

  private static Collection<RunResult> run(Class<?> benchmark) throws RunnerException {
    System.err.println("bench: " + benchmark.getSimpleName() + " …");
    TimeValue time = TimeValue.seconds(1);
    return new Runner(
            new OptionsBuilder()
                .include(benchmark.getName())
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(time)
                .measurementIterations(5)
                .measurementTime(time)
                .jvmArgs(HEAP, ONE_CORE)
                .addProfiler(CpuTime.class)
                .build())
        .run();
  }

  /** CPU time first: what the machine does besides is in the other. */
  private static String figure(RunResult result, String unit) {
    Result<?> cpu = result.getSecondaryResults().get(CpuTime.LABEL);
    double micros = cpu.getScore();
    double factor = unit.equals("ms") ? 1000 : 1;
    return String.format(
        Locale.ROOT,
        "%s %s (%s)",
        digits(micros / factor),
        unit,
        digits(result.getPrimaryResult().getScore()));
  }

  private static String digits(double number) {
    return String.format(Locale.ROOT, number < 10 ? "%.2f" : "%.1f", number);
  }

  private void footprint() throws IOException, InterruptedException {
    System.err.println("bench: Footprint …");
    Process process =
        new ProcessBuilder(
                java(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                Footprint.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String bytes =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the footprint could not be measured");
    }
    line("held of each of 150,000 pods", bytes + " bytes", "< 300 bytes");
  }

  /** The median of some starts. */
  private void coldPlan(Path operator) throws IOException, InterruptedException {
    System.err.println("bench: plan …");
    Path folder = Files.createTempDirectory("colocatedcache-bench");
    Path snapshot = folder.resolve("snapshot.json");
    Path manifest = folder.resolve("checkout.yaml");
    SnapshotFile.write(new MadeUpCluster(1000, 10), snapshot);
    Files.writeString(manifest, Question.HOSTNAME.manifest(MadeUpCluster.SHOP));
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < COLD_STARTS; i++) {
      millis.add(coldPlan(operator, manifest, snapshot));
    }
    millis.sort(null);
    line(
        String.format(
            Locale.ROOT,
            "`plan --snapshot` from a cold start, 1,000 nodes, 10,000 pods, %d MB of JSON",
            Files.size(snapshot) >> 20),
        String.format(Locale.ROOT, "%.2f s", millis.get(COLD_STARTS / 2) / 1000.0),
        "< 3 s");
    Files.delete(snapshot);
    Files.delete(manifest);
    Files.delete(folder);
  }

  private static long coldPlan(Path operator, Path manifest, Path snapshot)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(
                java(),
                "-jar",
                operator.toString(),
                "plan",
                "-f",
                manifest.toString(),
                "--snapshot",
                snapshot.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IllegalStateException("plan ended with " + exit);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
