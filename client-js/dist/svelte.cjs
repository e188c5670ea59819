"use strict";const{onMount:t}=require("svelte");const{readable:e}=require("svelte/store");const{io:o}=require("./index.cjs");
                                                                                                         var n=new Map,r=()=>{};function c(t,e,o){return t.on(e,o),()=>{t.off(e,o)}}function s(e,c){let{socket:s,hold:u}=((t,e)=>{if(typeof window>"u")return{socket:o("http://localhost",{autoConnect:!1,forceNew:!0}),hold:()=>r};let c="string"==typeof t?t:"",s=t===c?e:t??e,u=JSON.stringify([c,s]);n.has(u)||n.set(u,((t,e,r)=>{let c=o(e,{...r,autoConnect:!1});c.io.opts.autoConnect=r?.autoConnect??!0;let s=0,u=()=>{n.get(t)===i&&n.delete(t),c.disconnect()},a=setTimeout(u,1e3),i={socket:c,hold(){clearTimeout(a),n.has(t)||n.set(t,i),!s++&&!1!==r?.autoConnect&&c.connect();let e=!0;return()=>{e&&! --s&&(a=setTimeout(u,1e3)),e=!1}}};return i})(u,c,s));let a=n.get(u);return"function"==typeof s?.auth&&(a.socket.auth=s.auth),a})(e,c);return t(u),s}function u(e,o,n){t(()=>c(e,o,n))}function a(t){return e(t.connected,e=>{let o=()=>e(t.connected);return o(),((t,e)=>{let o=["connect","disconnect"].map(o=>c(t,o,e));return()=>{for(let t of o)t()}})(t,o)})}function i(t,o){return e(void 0,e=>c(t,o,(...t)=>e(t)))}
module.exports.connected=a;
module.exports.lastEvent=i;
module.exports.onEvent=u;
module.exports.socket=s;
//# sourceMappingURL=svelte.cjs.map
