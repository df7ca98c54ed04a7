// Loaded into the command line by NODE_OPTIONS: no port is free for the server that code is warmed with.
process.on('worker', (worker) => {
  const post = worker.postMessage.bind(worker);
  worker.postMessage = (message, transfer) => {
    if (message?.owner === undefined) post(message, transfer);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    else message.owner.postMessage('EADDRINUSE');
  };
});
