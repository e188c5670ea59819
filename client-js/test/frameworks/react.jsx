import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Part } from "./ReactPart.jsx";

let root;
const keep = (socket) => (window.program.socket = socket);

window.heard = [];
window.program = {
  render({ parts = 1, ...props }) {
    root ??= createRoot(document.body);
    const all = Array.from({ length: parts }, (_, i) => <Part key={i} {...props} onSocket={keep} />);
    root.render(<StrictMode>{all}</StrictMode>);
  },
  unmount() {
    root.unmount();
    root = undefined;
  },
};
