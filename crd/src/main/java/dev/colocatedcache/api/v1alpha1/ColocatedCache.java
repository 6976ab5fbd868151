package dev.colocatedcache.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A service and its node-local cache, placed as pairs: one of each on a node, a pair a node. */
@Group(ColocatedCache.GROUP)
@Version(ColocatedCache.VERSION)
@Kind("ColocatedCache")
@Singular("colocatedcache")
@Plural("colocatedcaches")
@ShortNames("ccache")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.readyReplicas",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Granted",
    jsonPath = ".status.replicas",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Desired",
    jsonPath = ".spec.replicas",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Nodes",
    jsonPath = ".status.capacity.eligibleNodes",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Status",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Limited",
    jsonPath = ".status.conditions[?(@.type==\"CapacityLimited\")].status",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Anchor",
    jsonPath = ".spec.placement.anchor",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "metadata.name becomes the name of Deployments and Services and a label's value: use lower"
            + " case letters, digits and '-', starting with a letter and ending with a letter or"
            + " digit")
@ValidationRule(
    value = "self.metadata.name.size() <= 63",
    message =
        "metadata.name is longer than 63 characters, more than the label app.kubernetes.io/instance"
            + " can hold: choose a shorter name")
@ValidationRule(
    value =
        "has(self.spec.cache.name) || self.metadata.name.size() <= 57 || self.metadata.name.size()"
            + " > 63",
    message =
        "the cache's default name, <metadata.name>-cache, would be longer than 63 characters: set"
            + " spec.cache.name",
    fieldPath = ".spec.cache")
@ValidationRule(
    value =
        "(has(self.spec.service.name) ? self.spec.service.name : self.metadata.name) !="
            + " (has(self.spec.cache.name) ? self.spec.cache.name : self.metadata.name + '-cache')",
    message =
        "service and cache would have the same name: set spec.service.name and spec.cache.name to"
            + " different names",
    fieldPath = ".spec")
@ValidationRule(
    value =
        "(has(self.spec.service.name) ? self.spec.service.name : self.metadata.name) =="
            + " (has(oldSelf.spec.service.name) ? oldSelf.spec.service.name : self.metadata.name)",
    message =
        "spec.service.name is immutable, for it names the running Deployment and Service: keep it"
            + " as it was, or create another ColocatedCache with the new name and delete this one",
    fieldPath = ".spec.service")
@ValidationRule(
    value =
        "(has(self.spec.cache.name) ? self.spec.cache.name : self.metadata.name + '-cache') =="
            + " (has(oldSelf.spec.cache.name) ? oldSelf.spec.cache.name : self.metadata.name + '-cache')",
    message =
        "spec.cache.name is immutable, for it names the running Deployment and Service: keep it as"
            + " it was, or create another ColocatedCache with the new name and delete this one",
    fieldPath = ".spec.cache")
@ValidationRule(
    value =
        "self.spec.service.template.?metadata.?labels[?'app.kubernetes.io/instance']"
            + ".orValue(self.metadata.name) == self.metadata.name",
    message =
        "the label app.kubernetes.io/instance of spec.service.template is the ColocatedCache's"
            + " name: remove it, or set it to metadata.name",
    fieldPath = ".spec.service.template")
@ValidationRule(
    value =
        "self.spec.cache.template.?metadata.?labels[?'app.kubernetes.io/instance']"
            + ".orValue(self.metadata.name) == self.metadata.name",
    message =
        "the label app.kubernetes.io/instance of spec.cache.template is the ColocatedCache's name:"
            + " remove it, or set it to metadata.name",
    fieldPath = ".spec.cache.template")
public final class ColocatedCache extends CustomResource<ColocatedCacheSpec, ColocatedCacheStatus>
    implements Namespaced {

  /** The API group. */
  public static final String GROUP = "colocatedcache.dev";

  /** The version that this package describes. */
  public static final String VERSION = "v1alpha1";

  /** {@code apiVersion} of a ColocatedCache. */
  public static final String API_VERSION = GROUP + "/" + VERSION;

  private static final long serialVersionUID = 1L;

  @Required
  @Override
  public ColocatedCacheSpec getSpec() {
    return super.getSpec();
  }

  @Override
  protected ColocatedCacheSpec initSpec() {
    return null;
  }

  @Override
  protected ColocatedCacheStatus initStatus() {
    return null;
  }
}
