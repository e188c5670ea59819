// A chat: rooms, who is typing, and a staff channel behind a password that shares the connection.
import { io } from "socket.io-client";

const byId = (id) => document.getElementById(id);
const status = (text) => (byId("status").textContent = text);
const staffStatus = (text) => (byId("staff-status").textContent = text);

const socket = io("/chat", { autoConnect: false, reconnectionDelay: 100, reconnectionDelayMax: 500 });
const staff = io("/admin", { autoConnect: false });

function show(text) {
  const line = document.createElement("li");
  line.textContent = text;
  byId("messages").append(line);
}

function on(id, event, handler) {
  byId(id).addEventListener(event, (it) => {
    it.preventDefault();
    handler();
  });
}

on("enter", "submit", () => {
  socket.auth = { name: byId("name").value };
  socket.connect();
});

socket.on("connect", () => {
  const room = byId("room").value;
  // A new session is in no room yet.
  socket.emit("join", room, (answer) => status(`in ${room}: ${answer}`));
});
socket.on("disconnect", (reason) => {
  status(reason === "io client disconnect" ? "left" : socket.active ? "lost, coming back" : "lost");
});
socket.io.on("reconnect", () => show("* connected again"));
socket.on("room", ({ name, text }) => {
  byId("typing").textContent = "";
  show(`${name}: ${text}`);
});
socket.on("others", ({ typing }) => (byId("typing").textContent = `${typing} is typing…`));
socket.on("question", (n, answer) => answer(n + 1));
socket.once("answer", (n) => show(`* the riddle's answer is ${n}`));

on("say", "submit", () => {
  const text = byId("text").value;
  byId("text").value = "";
  socket.emit("room", byId("room").value, { name: socket.auth.name, text });
});
on("text", "input", () => socket.volatile.emit("others", { typing: socket.auth.name }));
on("riddle", "click", () => socket.emit("ask"));
on("leave", "click", () => socket.disconnect());
on("ping", "click", async () => {
  try {
    const [first, second] = await socket.timeout(5000).emitWithAck("echo", ["here", new Date(0)]);
    show(`* the server is ${first}, as in ${second}`);
  } catch (error) {
    show(`* the server is away: ${error.message}`);
  }
});

on("staff", "submit", () => {
  staff.auth = { token: byId("token").value };
  staff.connect();
});
staff.on("connect", () => {
  staffStatus(staff.io === socket.io ? "welcome, on the same connection" : "welcome");
  staff.timeout(5000).emit("auth", (error, auth) => show(`* staff knows a ${error ?? Object.keys(auth)}`));
});
staff.on("connect_error", ({ message, data }) => {
  if (!staff.active) staffStatus(`${message} (${data.code})`);
});
