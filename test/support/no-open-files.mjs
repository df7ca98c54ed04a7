// Loaded into the command line by NODE_OPTIONS: whenever a socket is made for a connection, no file is left to open.
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const held = [];
  const takeAll = () => {
    try {
      for (;;) held.push(openSync('/dev/null'));
    } catch (error) {
      if (error.code !== 'EMFILE') throw error;
    }
  };
  // To an address, Node makes the socket in the next tick: between these two.
  process.nextTick(takeAll);
  const socket = connect.apply(this, args);
  process.nextTick(() => held.forEach((file) => closeSync(file)));
  return socket;
};
