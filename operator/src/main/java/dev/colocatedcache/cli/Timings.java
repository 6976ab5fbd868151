package dev.colocatedcache.cli;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** Says where the time of a command went; nothing, unless it is asked to. */
final class Timings {
  private final PrintWriter log;
  private long last = System.nanoTime();

  /**
   * @param log null to say nothing
   */
  Timings(PrintWriter log) {
    this.log = log;
    if (log != null) {
      line("start of the Java runtime", sinceStart());
    }
  }

  /** The step that has just ended. */
  void step(String what) {
    if (log != null) {
      long now = System.nanoTime();
      line(what, (now - last) / 1e9);
      last = now;
    }
  }

  /** All steps have ended. */
  void end() {
    if (log != null) {
      line("altogether", sinceStart());
      double cpu =
          ManagementFactory.getOperatingSystemMXBean()
                  instanceof com.sun.management.OperatingSystemMXBean os
              ? os.getProcessCpuTime() / 1e9
              : Double.NaN;
      line("CPU time of all threads", cpu);
      log.flush();
    }
  }

  private void line(String what, double seconds) {
    log.println(String.format(Locale.ROOT, "%7.3f s  %s", seconds, what));
  }

  private static double sinceStart() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
  }
}
