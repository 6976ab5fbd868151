package dev.colocatedcache.cli;

/** What a user gave cannot be used: the message is a sentence that names it and what is wrong. */
final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadInputException(String message) {
    super(message);
  }
}
