import { createApp, h, reactive } from "vue";
import { Part } from "./VuePart.js";

const state = reactive({});
let app;

window.heard = [];
window.program = {
  render(props) {
    Object.assign(state, { parts: 1 }, props);
    if (app) return;
    app = createApp(() => Array.from({ length: state.parts }, (_, key) => h(Part, { key, options: state.options, tag: state.tag })));
    app.mount(document.body);
  },
  unmount() {
    app.unmount();
    app = undefined;
  },
};
