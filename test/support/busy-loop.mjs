// Loaded with --import: the process is busy for 60 of every 70 ms, as a client is whose own work takes its event loop.
const [busyMs, everyMs] = [60, 70];
setInterval(() => {
  const untilMs = performance.now() + busyMs;
  while (performance.now() < untilMs);
}, everyMs).unref();
