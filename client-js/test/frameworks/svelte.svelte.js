import { mount, unmount } from "svelte";
import Parts from "./SvelteParts.svelte";

const state = $state({ parts: 1 });
let program;

window.heard = [];
window.program = {
  render(props) {
    Object.assign(state, { parts: 1 }, props);
    program ??= mount(Parts, { target: document.body, props: state });
  },
  unmount() {
    unmount(program);
    program = undefined;
  },
};
