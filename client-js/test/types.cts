// Checked by tsc, never run: the module as it is required.
import io = require("roomful-client");
import parser = require("roomful-client/msgpack");

interface ServerToClient {
  news: (text: string) => void;
}

const socket: io.Socket<ServerToClient> = io("/chat", { parser, auth: { token: "t" } });
socket.on("news", (text) => text.trim());
const options: io.ManagerOptions = { reconnectionDelay: 1 };
new io.Manager("http://host", options).socket("/").on("connect", () => {});
