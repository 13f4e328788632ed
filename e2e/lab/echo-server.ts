/**
 * A server of the lab: `echo-server.ts NAME ADDRESS PORT` listens on TCP and UDP. Over TCP it answers a line `who` with
 * its name and the client's address, and sends anything else back; over UDP it answers each packet with name and address.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const [name, address, port] = process.argv.slice(2) as [string, string, string];

createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (first) => {
    if (first.toString() === 'who\n') {
      socket.end(JSON.stringify({ name, client: socket.remoteAddress }));
      return;
    }
    socket.write(first);
    socket.pipe(socket);
  });
}).listen(Number(port), address, () => {
  const udp = createSocket('udp4');
  udp.on('message', (_, client) =>
    udp.send(JSON.stringify({ name, client: client.address }), client.port, client.address),
  );
  udp.bind(Number(port), address, () => console.log('listening'));
});
