package dev.colocatedcache.testing;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.TestNodes;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The manifest of a small ColocatedCache, as a user writes it: a test says what differs. Where a
 * place is asked for it is a JSON pointer, as in {@code /spec/placement/anchor}, and what is put
 * there is YAML.
 *
 * @param name of the ColocatedCache and its service; the cache's has {@code -cache} appended
 */
public record PairManifest(String name, String yaml) {
  private static final String BASE =
      """
      apiVersion: colocatedcache.dev/v1alpha1
      kind: ColocatedCache
      metadata:
        name: NAME
      spec:
        replicas: 2
        service:
          template:
            spec:
              containers:
                - name: web
                  image: nginx:1.27-alpine
                  ports:
                    - name: http
                      containerPort: 80
                  resources:
                    requests:
                      cpu: 10m
        cache:
          template:
            spec:
              containers:
                - name: redis
                  image: redis:7.4-alpine
                  ports:
                    - name: redis
                      containerPort: 6379
                  resources:
                    requests:
                      cpu: 10m
      """;

  /** Two pairs of one small container each, with a port each. */
  public static PairManifest named(String name) {
    return new PairManifest(name, BASE.replace("NAME", name));
  }

  /** The same asking for that many pairs. */
  public PairManifest replicas(int replicas) {
    return with("/spec/replicas", Integer.toString(replicas));
  }

  /** The same with {@code value} at that place, whatever was there. */
  public PairManifest with(String place, String value) {
    ObjectNode tree = tree();
    JsonPointer pointer = JsonPointer.compile(place);
    JsonNode node = Yaml.read(value, JsonNode.class);
    JsonNode parent = tree.at(pointer.head());
    String last = pointer.last().getMatchingProperty();
    if (parent instanceof ArrayNode array) {
      array.insert(pointer.last().getMatchingIndex(), node);
    } else {
      tree.withObject(pointer.head()).set(last, node);
    }
    return new PairManifest(name, Yaml.text(tree));
  }

  /** The same with {@code value} at that place of the pod spec of both roles. */
  public PairManifest withInBoth(String place, String value) {
    return with("/spec/service/template/spec" + place, value)
        .with("/spec/cache/template/spec" + place, value);
  }

  /** The same without what is at that place. */
  public PairManifest without(String place) {
    ObjectNode tree = tree();
    JsonPointer pointer = JsonPointer.compile(place);
    tree.withObject(pointer.head()).remove(pointer.last().getMatchingProperty());
    return new PairManifest(name, Yaml.text(tree));
  }

  /** The same on these nodes only. */
  public PairManifest on(TestNodes nodes) {
    return new PairManifest(name, nodes.pin(yaml));
  }

  /** Applies it as a user does, with {@code kubectl apply}. */
  public ObservedPairs apply(Devcluster cluster, String namespace) {
    return apply(List.of(this), cluster, namespace).get(0);
  }

  /** Applies several at once. */
  public static List<ObservedPairs> apply(
      List<PairManifest> manifests, Devcluster cluster, String namespace) {
    String all = manifests.stream().map(PairManifest::yaml).collect(Collectors.joining("\n---\n"));
    cluster.kubectl().runWithInput(all, "-n", namespace, "apply", "-f-").orFail();
    return manifests.stream()
        .map(manifest -> new ObservedPairs(cluster.client(), namespace, manifest.name()))
        .toList();
  }

  private ObjectNode tree() {
    return (ObjectNode) Yaml.read(yaml, JsonNode.class);
  }
}
