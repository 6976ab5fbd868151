package dev.colocatedcache.bench;

import dev.colocatedcache.affinity.Change;
import dev.colocatedcache.affinity.ClusterModel;
import dev.colocatedcache.affinity.KubernetesVersion;
import dev.colocatedcache.affinity.PairWatch;
import dev.colocatedcache.affinity.Pairs;
import dev.colocatedcache.affinity.Snapshot;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What comes and goes on one of 5,000 nodes, and whether it can matter to a ColocatedCache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChangeBenchmark {

  private static final int NODE = 2500;

  private final MadeUpCluster cluster = new MadeUpCluster(5000, 30);
  private final ClusterModel model = cluster.model();
  private PairWatch watch;
  private Snapshot before;
  private Snapshot after;
  private Change change;
  private Snapshot other;
  private Change becameOther;
  private Pod one;
  private Pod another;
  private Node node;
  private boolean toggle;

  @Setup
  public void setUp() {
    watch = new Pairs(KubernetesVersion.DEFAULT).watch(Question.HOSTNAME.request());
    one = cluster.pod(NODE, 0);
    another =
        new PodBuilder(one)
            .editSpec()
            .editFirstContainer()
            .withNewResources()
            .addToRequests("cpu", new Quantity("150m"))
            .endResources()
            .endContainer()
            .endSpec()
            .build();
    before = model.snapshot();
    change = model.putPod(another);
    after = model.snapshot();
    node =
        new NodeBuilder(cluster.node(NODE))
            .editStatus()
            .addToAllocatable("cpu", new Quantity("31840m"))
            .endStatus()
            .build();
    becameOther = model.putNode(node);
    other = model.snapshot();
    if (change.isNone() || becameOther.isNone()) {
      throw new IllegalStateException("nothing has changed: this would measure nothing");
    }
  }

  /** A pod on a node became another: is this ColocatedCache to be judged anew? */
  @Benchmark
  public boolean judgePodChange() {
    return watch.mayChange(change, before, after);
  }

  /** A node has less room than before: is this ColocatedCache to be judged anew? */
  @Benchmark
  public boolean judgeNodeChange() {
    return watch.mayChange(becameOther, after, other);
  }

  /** What an informer's event of a pod costs: the pod is read, and a new snapshot is there. */
  @Benchmark
  public Snapshot takePodChange() {
    toggle = !toggle;
    model.putPod(toggle ? one : another);
    return model.snapshot();
  }
}
