package dev.colocatedcache.cli;

/** The entry point of the runnable jar. */
public final class Main {
  private Main() {}

  /** Starts the command line. */
  public static void main(String[] args) {}
}
