"use strict";const{onMount:c}=require("svelte");const{readable:s}=require("svelte/store");const{io:u}=require("./index.cjs");
function t(t,e,o){return t.on(e,o),()=>{t.off(e,o)}}function e(t,e){let{socket:o,hold:n}=((t,e)=>{if(typeof window>"u")return{socket:u("http://localhost",{autoConnect:!1,forceNew:!0}),hold:()=>l};let o="string"==typeof t?t:"",n=t===o?e:t??e,r=JSON.stringify([o,n]);i.has(r)||i.set(r,((t,e,o)=>{let n=u(e,{...o,autoConnect:!1});n.io.opts.autoConnect=o?.autoConnect??!0;let r=0,c=()=>{i.get(t)===l&&i.delete(t),n.disconnect()},s=setTimeout(c,a),l={socket:n,hold(){clearTimeout(s),i.has(t)||i.set(t,l),!r++&&!1!==o?.autoConnect&&n.connect();let e=!0;return()=>{e&&! --r&&(s=setTimeout(c,a)),e=!1}}};return l})(r,o,n));let c=i.get(r);return"function"==typeof n?.auth&&(c.socket.auth=n.auth),c})(t,e);return c(n),o}function o(e,o,n){c(()=>t(e,o,n))}function n(e){return s(e.connected,o=>{let n=()=>o(e.connected);return n(),((e,o)=>{let n=["connect","disconnect"].map(n=>t(e,n,o));return()=>{for(let t of n)t()}})(e,n)})}function r(e,o){return s(void 0,n=>t(e,o,(...t)=>n(t)))}                                                                                                         var a=1e3,i=new Map,l=()=>{};
module.exports.connected=n;
module.exports.lastEvent=r;
module.exports.onEvent=o;
module.exports.socket=e;
//# sourceMappingURL=svelte.cjs.map
