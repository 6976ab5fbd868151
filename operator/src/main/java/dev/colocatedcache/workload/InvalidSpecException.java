package dev.colocatedcache.workload;

/**
 * A spec that cannot be made into children. The message is a sentence for the user: what is wrong,
 * and what to change.
 */
public final class InvalidSpecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A refusal in the words that the user reads. */
  public InvalidSpecException(String sentence) {
    super(sentence);
  }
}
