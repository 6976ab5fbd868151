package dev.colocatedcache.cli;

/**
 * What a command was given cannot be used. The message is a sentence for the user that names the
 * file and the object; the command ends with exit code 2.
 */
final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InputException(String sentence) {
    super(sentence);
  }
}
