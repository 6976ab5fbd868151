package dev.colocatedcache.bench;

import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.PairEvaluation;
import dev.colocatedcache.affinity.PairRequest;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.Snapshot;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One ColocatedCache judged against a cluster of thirty pods a node. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class EvaluationBenchmark {

  @Param({"100", "1000", "5000", "15000"})
  int nodes;

  @Param({"HOSTNAME", "SPREAD", "ZONE"})
  Question question;

  private final Pairs pairs = new Pairs(KubernetesVersion.DEFAULT);
  private Snapshot snapshot;
  private PairRequest request;

  @Setup
  public void setUp() {
    snapshot = new MadeUpCluster(nodes, 30).model().snapshot();
    request = question.request();
    int fits = pairs.evaluate(snapshot, request).fits();
    int expected = question == Question.ZONE ? 3 : nodes / 2;
    if (fits < expected) {
      throw new IllegalStateException("only " + fits + " pairs fit: this would measure nothing");
    }
    CpuTime.warmUp(this::evaluate);
  }

  @Benchmark
  public PairEvaluation evaluate() {
    return pairs.evaluate(snapshot, request);
  }
}
