package dev.colocatedcache.reconcile.child;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.workload.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes children: by server-side apply, under one field manager, with a rehearsal for the asking.
 */
public final class ChildWriter {
  /** The name under which the API server records what we own. */
  public static final String FIELD_MANAGER = "colocatedcache-operator";

  private static final Logger LOG = LoggerFactory.getLogger(ChildWriter.class);
  private static final List<String> DRY_RUN = List.of("All");

  private final KubernetesClient client;

  /** Writes through {@code client}. */
  public ChildWriter(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Who owns what in a child, as far as it matters for its kind. Where the cache's Service sends
   * traffic is for the ColocatedCache to say, and of the service's for whoever calls it.
   *
   * @param desired the child as it should be
   */
  static FieldOwnership ownership(HasMetadata desired) {
    Set<String> guarded = new HashSet<>();
    if (desired instanceof Service) {
      guarded.addAll(Set.of("f:selector", "f:ports"));
      if (Role.CACHE.value().equals(desired.getMetadata().getLabels().get(Labels.ROLE))) {
        guarded.addAll(Set.of("f:trafficDistribution", "f:internalTrafficPolicy"));
      }
    }
    return new FieldOwnership(FIELD_MANAGER, guarded);
  }

  /**
   * Asks the API server whether it would take the change, and whether it would take the pods of a
   * Deployment that already runs: a service account that is missing or a policy that refuses the
   * pods would otherwise be found only after a running pod has been given up for them.
   *
   * @return whether it would replace the pods of a Deployment that already runs
   */
  boolean rehearse(Change<?> change) {
    if (change.kind() == Change.Kind.DELETE) {
      return false;
    }
    HasMetadata result = client.resource(change.desired()).patch(applyContext(true));
    if (change.live() instanceof Deployment before
        && change.desired() instanceof Deployment deployment
        && result instanceof Deployment after) {
      rehearsePod(deployment);
      return !after.getSpec().getTemplate().equals(before.getSpec().getTemplate());
    }
    return false;
  }

  private void rehearsePod(Deployment deployment) {
    PodTemplateSpec template = deployment.getSpec().getTemplate();
    Pod pod =
        new PodBuilder()
            // Of a template's metadata a ReplicaSet takes no more than this.
            .withNewMetadata()
            .withGenerateName(deployment.getMetadata().getName() + "-")
            .withNamespace(deployment.getMetadata().getNamespace())
            .withLabels(template.getMetadata().getLabels())
            .withAnnotations(template.getMetadata().getAnnotations())
            .withFinalizers(template.getMetadata().getFinalizers())
            .endMetadata()
            .withSpec(template.getSpec())
            .build();
    try {
      client.resource(pod).dryRun().create();
    } catch (KubernetesClientException e) {
      // A full quota is no reason: a rollout gives up the old pod before it asks for the new one.
      if (!Refusals.message(e).contains("exceeded quota")) {
        throw e;
      }
    }
  }

  /** Applies the change and gives the child as the server now has it. */
  <T extends HasMetadata> T apply(Change<T> change) {
    if (change.live() != null) {
      takeOver(change.live(), ownership(change.desired()));
    }
    return client.resource(change.desired()).patch(applyContext(false));
  }

  /** Makes fields that others have added ours, so that the apply that follows removes them. */
  private void takeOver(HasMetadata live, FieldOwnership ownership) {
    List<ManagedFieldsEntry> entries = live.getMetadata().getManagedFields();
    if (entries == null || ownership.firstForeign(entries).isEmpty()) {
      return;
    }
    List<Map<String, Object>> patch =
        List.of(
            replace("/metadata/managedFields", ownership.takenOver(entries, live.getApiVersion())),
            replace("/metadata/resourceVersion", live.getMetadata().getResourceVersion()));
    client
        .resource(live)
        .patch(PatchContext.of(PatchType.JSON), client.getKubernetesSerialization().asJson(patch));
  }

  private static Map<String, Object> replace(String path, Object value) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("op", "replace");
    operation.put("path", path);
    operation.put("value", value);
    return operation;
  }

  /** Sets the number of its pods and gives the Deployment as the server now has it. */
  Deployment scale(Deployment live, int replicas) {
    return client
        .resource(live)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(FIELD_MANAGER)
                .build(),
            "{\"spec\":{\"replicas\":" + replicas + "}}");
  }

  /** Has the Deployment controller go on with a rollout that it has forgotten, if it has. */
  void resume(Deployment deployment) {
    List<ReplicaSet> all =
        client
            .apps()
            .replicaSets()
            .inNamespace(deployment.getMetadata().getNamespace())
            .withLabelSelector(deployment.getSpec().getSelector())
            .list()
            .getItems();
    ForgottenRollout.keptBackBy(deployment, all)
        .ifPresent(
            replicaSet -> {
              client
                  .resource(replicaSet)
                  .patch(
                      PatchContext.of(PatchType.JSON_MERGE),
                      "{\"metadata\":{\"annotations\":{\"%s\":\"%d\"}}}"
                          .formatted(ForgottenRollout.DESIRED, deployment.getSpec().getReplicas()));
              LOG.info(
                  "the rollout of Deployment {} had been forgotten, and goes on",
                  deployment.getMetadata().getName());
            });
  }

  void delete(HasMetadata child) {
    client.resource(child).delete();
  }

  static PatchContext applyContext(boolean dryRun) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(FIELD_MANAGER)
        .withForce(true)
        .withDryRun(dryRun ? DRY_RUN : null)
        .build();
  }
}
