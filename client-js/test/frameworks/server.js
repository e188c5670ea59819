// Renders the components on a server, and ends by itself when nothing has connected.
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { render } from "svelte/server";
import { h } from "vue";
import { renderToString as renderVue } from "vue/server-renderer";
import { Part as ReactPart } from "./ReactPart.jsx";
import SveltePart from "./SveltePart.svelte";
import { Part as VuePart } from "./VuePart.js";

const props = { options: {}, tag: "a" };
const vue = renderVue(h(VuePart, props));
const rendered = { react: renderToString(createElement(ReactPart, props)), svelte: render(SveltePart, { props }).body };
vue.then((html) => console.log(JSON.stringify({ ...rendered, vue: html })));
