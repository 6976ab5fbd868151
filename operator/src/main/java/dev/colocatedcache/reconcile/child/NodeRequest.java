package dev.colocatedcache.reconcile.child;

import com.fasterxml.jackson.databind.JsonNode;
import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.status.Problem;
import dev.colocatedcache.workload.NodeBuffer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplate;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.HttpURLConnection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a node autoscaler for room, by a CapacityBuffer and its PodTemplate.
 *
 * <p>The API of buffers is not a part of Kubernetes and may come and go, so no informer looks at
 * it: a buffer is read when its ColocatedCache is reconciled. That there is one to look for is told
 * by its PodTemplate, which is made before it and goes after it.
 */
public final class NodeRequest {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRequest.class);

  private static final ResourceDefinitionContext BUFFERS =
      new ResourceDefinitionContext.Builder()
          .withGroup("autoscaling.x-k8s.io")
          .withVersion("v1beta1")
          .withKind(NodeBuffer.KIND)
          .withPlural("capacitybuffers")
          .withNamespaced(true)
          .build();

  private final KubernetesClient client;
  private final LiveChildren live;

  /** Reads PodTemplates as {@code live} has them, and all else through {@code client}. */
  public NodeRequest(KubernetesClient client, LiveChildren live) {
    this.client = client;
    this.live = live;
  }

  /**
   * Asks for no more than is missing: before a grant rises, or the node that it rises for would be
   * bought again. What fails here is told by {@link #bring}.
   */
  public void lower(ColocatedCache owner, Optional<NodeBuffer> buffer) {
    if (template(owner).isEmpty()) {
      return;
    }
    try {
      GenericKubernetesResource now = buffers(owner).get();
      if (now == null
          || !Claim.isOurs(owner, now)
          || replicas(now) <= buffer.map(NodeBuffer::pairs).orElse(0)) {
        return;
      }
      if (buffer.isEmpty()) {
        buffers(owner).delete();
        LOG.info("CapacityBuffer {} deleted: no more room is asked for", name(owner));
      } else {
        apply(owner, buffer.get().buffer(), now);
      }
    } catch (KubernetesClientException e) {
      LOG.debug("the buffer could not be lowered: {}", Refusals.message(e));
    }
  }

  /**
   * Asks for room for what is missing, and for none where no buffer is wanted.
   *
   * @return what somebody has to mend
   * @throws KubernetesClientException where trying again may do
   */
  public Optional<Problem> bring(ColocatedCache owner, Optional<NodeBuffer> buffer) {
    if (buffer.isEmpty()) {
      return template(owner).flatMap(template -> withdraw(owner, template));
    }
    PodTemplate template = buffer.get().podTemplate();
    GenericKubernetesResource wanted = buffer.get().buffer();
    try {
      PodTemplate known = live.find(template).orElse(null);
      GenericKubernetesResource now = buffers(owner).get();
      Optional<Problem> conflict = conflict(owner, known).or(() -> conflict(owner, now));
      if (conflict.isPresent()) {
        return conflict;
      }
      if (differs(template, known)) {
        live.written(client.resource(template).patch(ChildWriter.applyContext(false)), known);
        LOG.info("PodTemplate {} applied", name(owner));
      }
    } catch (KubernetesClientException e) {
      return problem(e, template);
    }
    try {
      apply(owner, wanted, buffers(owner).get());
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND && !Refusals.isOver(e)
          ? Optional.of(missingApi(buffer.get().pairs()))
          : problem(e, wanted);
    }
  }

  private Optional<Problem> withdraw(ColocatedCache owner, PodTemplate template) {
    try {
      GenericKubernetesResource now = buffers(owner).get();
      if (now != null && Claim.isOurs(owner, now)) {
        buffers(owner).delete();
        LOG.info("CapacityBuffer {} deleted: no more room is asked for", name(owner));
      }
      client.resource(template).delete();
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return problem(e, template);
    }
  }

  private void apply(
      ColocatedCache owner, GenericKubernetesResource wanted, GenericKubernetesResource now) {
    if (differs(wanted, now)) {
      buffers(owner, wanted).patch(ChildWriter.applyContext(false));
      LOG.info("CapacityBuffer {} asks for room for {} pair(s)", name(owner), replicas(wanted));
    }
  }

  /** Marks {@code wanted}, and compares. */
  private boolean differs(HasMetadata wanted, HasMetadata now) {
    var serialization = client.getKubernetesSerialization();
    Intent.marked(wanted, serialization);
    return now == null
        || !Intent.digest(wanted).equals(Intent.digest(now))
        || ChildDiff.firstDifference(
                Intent.withoutDigest(serialization.convertValue(wanted, JsonNode.class)),
                serialization.convertValue(now, JsonNode.class))
            .isPresent();
  }

  private Optional<PodTemplate> template(ColocatedCache owner) {
    return live.known(PodTemplate.class, owner.getMetadata().getNamespace(), name(owner))
        .filter(template -> Claim.isOurs(owner, template) && !template.isMarkedForDeletion());
  }

  private Resource<GenericKubernetesResource> buffers(ColocatedCache owner) {
    return client
        .genericKubernetesResources(BUFFERS)
        .inNamespace(owner.getMetadata().getNamespace())
        .withName(name(owner));
  }

  private Resource<GenericKubernetesResource> buffers(
      ColocatedCache owner, GenericKubernetesResource wanted) {
    return client
        .genericKubernetesResources(BUFFERS)
        .inNamespace(owner.getMetadata().getNamespace())
        .resource(wanted);
  }

  private static Optional<Problem> conflict(ColocatedCache owner, HasMetadata object) {
    return object == null || Claim.isOurs(owner, object) || Claim.isOfPredecessor(owner, object)
        ? Optional.empty()
        : Optional.of(
            new Problem(
                Problem.Reason.NameConflict,
                "%s %s exists and is not this ColocatedCache's, so that no node can be asked for:"
                        .formatted(object.getKind(), object.getMetadata().getName())
                    + " delete or rename it, or set spec.capacity.policy to AllowPending"));
  }

  private static Optional<Problem> problem(KubernetesClientException e, HasMetadata object) {
    Optional<Problem> problem = Refusals.problem(e, null, object);
    if (problem.isEmpty() && !Refusals.isOver(e)) {
      throw e;
    }
    return problem;
  }

  private static Problem missingApi(int missing) {
    return new Problem(
        Problem.Reason.CapacityBufferMissing,
        ("no node autoscaler can be asked for room for %d more pair(s), for this cluster does not"
                + " serve %s of %s: install a node autoscaler that does, with the"
                + " CustomResourceDefinition capacitybuffers.autoscaling.x-k8s.io (Karpenter and"
                + " Cluster Autoscaler have a feature gate CapacityBuffer), or set"
                + " spec.capacity.policy to AllowPending or Cap")
            .formatted(missing, NodeBuffer.KIND, NodeBuffer.API_VERSION));
  }

  private static int replicas(GenericKubernetesResource buffer) {
    return buffer.get("spec", "replicas") instanceof Number number ? number.intValue() : 0;
  }

  private static String name(ColocatedCache owner) {
    return NodeBuffer.name(owner.getMetadata().getName());
  }
}
