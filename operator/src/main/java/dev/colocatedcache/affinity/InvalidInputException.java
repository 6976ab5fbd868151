package dev.colocatedcache.affinity;

/**
 * What the API server would have refused: the message is one sentence that names the object and
 * what is wrong.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidInputException(String message) {
    super(message);
  }

  /** The same complaint, with the object that holds the bad value named in front. */
  InvalidInputException in(String object) {
    return new InvalidInputException(object + ": " + getMessage());
  }
}
