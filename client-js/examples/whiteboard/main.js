// A whiteboard: strokes go to the others as binary data, the pointer as volatile events.
const byId = (id) => document.getElementById(id);
const board = byId("board");
const context = board.getContext("2d");

const manager = new io.Manager({ reconnectionDelay: 100, reconnectionDelayMax: 500 });
const socket = manager.socket("/");

let color = "#000000";
let points = [];
const counted = {};

function draw(stroke) {
  context.strokeStyle = stroke.color;
  context.lineWidth = 4;
  context.beginPath();
  for (let i = 0; i < stroke.points.length; i += 2) context.lineTo(stroke.points[i], stroke.points[i + 1]);
  context.stroke();
}

function clear() {
  context.clearRect(0, 0, board.width, board.height);
}

board.addEventListener("pointerdown", ({ offsetX, offsetY }) => (points = [offsetX, offsetY]));
board.addEventListener("pointermove", ({ offsetX, offsetY, buttons }) => {
  socket.volatile.emit("others", { at: [offsetX, offsetY] });
  if (buttons && points.length) points.push(offsetX, offsetY);
});
board.addEventListener("pointerup", () => {
  const stroke = { color, points: Uint16Array.from(points) };
  points = [];
  draw(stroke);
  // While not connected, strokes wait.
  socket.emit("others", { stroke });
});
for (const button of document.querySelectorAll(".color")) {
  button.addEventListener("click", () => (color = button.style.color));
}
byId("clear").addEventListener("click", () => {
  clear();
  socket.emit("others", { clear: true });
});

socket.on("others", ({ stroke, at, clear: isCleared }) => {
  if (isCleared) clear();
  if (stroke) draw({ ...stroke, points: new Uint16Array(stroke.points) });
  if (at) byId("pointer").textContent = `somebody points to ${at}`;
});
socket.onAny((name, { stroke }) => {
  if (!stroke) return;
  counted[name] = (counted[name] ?? 0) + 1;
  byId("counted").textContent = `${counted[name]} strokes of others, the last as ${stroke.points.constructor.name}`;
});

const status = () => {
  const { connected, active } = socket;
  byId("status").textContent = connected ? `connected by ${manager.engine.transport.name}` : active ? "coming back" : "not connected";
};
socket.on("connect", status);
socket.on("disconnect", status);
manager.on("open", () => manager.engine.on("upgrade", status));
