package dev.colocatedcache.affinity;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of Kubernetes whose scheduler is to be answered for.
 *
 * @param patch {@link #NEWEST} where only the minor version is known
 */
public record KubernetesVersion(int major, int minor, int patch) {

  private static final int NEWEST = Integer.MAX_VALUE;

  /** What is assumed where no cluster says otherwise. */
  public static final KubernetesVersion DEFAULT = new KubernetesVersion(1, 36, NEWEST);

  private static final Pattern GIT_VERSION =
      Pattern.compile("v?(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?([.+-].*)?");

  /**
   * Reads a version as {@code /version} gives it in {@code gitVersion}.
   *
   * @throws InvalidInputException if it is not of the form v1.36 or v1.36.3
   */
  public static KubernetesVersion parse(String gitVersion) {
    Matcher matcher = GIT_VERSION.matcher(gitVersion);
    if (!matcher.matches()) {
      throw new InvalidInputException(
          "\"" + gitVersion + "\" is not a Kubernetes version such as v1.36.3");
    }
    return new KubernetesVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        matcher.group(3) == null ? NEWEST : Integer.parseInt(matcher.group(3)));
  }

  /** Whether this is the given version or a later one. */
  public boolean atLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }

  /** Whether this is the given version or a later one. */
  public boolean atLeast(int otherMajor, int otherMinor, int otherPatch) {
    return atLeast(otherMajor, otherMinor)
        && (major > otherMajor || minor > otherMinor || patch >= otherPatch);
  }

  @Override
  public String toString() {
    return "v" + major + "." + minor;
  }
}
