package dev.colocatedcache.devcluster;

/**
 * What a command said.
 *
 * @param exit its exit code
 * @param out its standard output
 * @param err its standard error
 */
public record CommandResult(int exit, String out, String err) {
  /** Whether the exit code is 0. */
  public boolean ok() {
    return exit == 0;
  }

  /**
   * Standard output of a command that has to succeed.
   *
   * @throws AssertionError with everything it said, if it did not
   */
  public String orFail() {
    if (!ok()) {
      throw new AssertionError("exit code " + exit + "\n" + err + out);
    }
    return out;
  }
}
