package dev.colocatedcache.affinity;

import java.util.LinkedHashMap;
import java.util.Map;

/** Answers what kube-scheduler's default profile would decide in its Filter phase. */
public final class Scheduler {

  private final KubernetesVersion version;

  /** The scheduler of the given version of Kubernetes. */
  public Scheduler(KubernetesVersion version) {
    this.version = version;
  }

  /** Asks every node of the cluster for its verdict on the pod. */
  public PodJudgement judge(Snapshot snapshot, IncomingPod pod) {
    SchedulingCycle cycle = new SchedulingCycle(snapshot, pod, version);
    Map<String, Verdict> verdicts = new LinkedHashMap<>();
    for (int node = 0; node < snapshot.size(); node++) {
      NodeInfo info = snapshot.node(node);
      verdicts.put(info.name(), cycle.verdict(node, info));
    }
    return new PodJudgement(verdicts, cycle.rejection());
  }
}
