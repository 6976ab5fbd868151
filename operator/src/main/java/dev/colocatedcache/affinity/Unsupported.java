package dev.colocatedcache.affinity;

import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a pod kube-scheduler decides by plugins, or by objects, that are not looked at here: a
 * sentence each.
 */
final class Unsupported {

  private static final String DEFAULT_SCHEDULER = "default-scheduler";

  private Unsupported() {}

  static List<String> in(PodSpec spec) {
    List<String> sentences = new ArrayList<>();
    for (Volume volume : Given.list(spec.getVolumes())) {
      if (isBoundToPlaces(volume)) {
        sentences.add(
            "The volume %s can be attached to some nodes only: which ones is not considered."
                .formatted(volume.getName()));
      }
    }
    if (!Given.list(spec.getResourceClaims()).isEmpty()) {
      sentences.add("The pod has resource claims: which nodes have the devices is not considered.");
    }
    List<PodSchedulingGate> gates = Given.list(spec.getSchedulingGates());
    if (!gates.isEmpty()) {
      sentences.add(
          "The pod is held back by the scheduling gates %s: it is judged as if they were open."
              .formatted(gates.stream().map(PodSchedulingGate::getName).toList()));
    }
    if (Given.isSet(spec.getSchedulerName())
        && !spec.getSchedulerName().equals(DEFAULT_SCHEDULER)) {
      sentences.add(
          "The pod asks for the scheduler %s: what the default scheduler would do is told."
              .formatted(spec.getSchedulerName()));
    }
    return List.copyOf(sentences);
  }

  /**
   * The volumes that VolumeRestrictions, NodeVolumeLimits, VolumeBinding and VolumeZone look at.
   */
  private static boolean isBoundToPlaces(Volume volume) {
    return volume.getPersistentVolumeClaim() != null
        || volume.getEphemeral() != null
        || volume.getAwsElasticBlockStore() != null
        || volume.getAzureDisk() != null
        || volume.getAzureFile() != null
        || volume.getCinder() != null
        || volume.getGcePersistentDisk() != null
        || volume.getIscsi() != null
        || volume.getPortworxVolume() != null
        || volume.getRbd() != null
        || volume.getVsphereVolume() != null;
  }
}
