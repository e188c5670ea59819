// Where ours answers otherwise than Node's server: each with the line of the README that says why, and the recordings
// that show it. The comparison fails at a difference that is not here, and at one here that is none any more.
export const KNOWN = [
  {
    id: "in-one-breath",
    readme: "**What comes right behind a CONNECT, or behind leaving,** is taken in its order",
    recordings: {
      connecting: [
        "40 ⏎ 40",
        "40 ⏎ 40{}",
        "40 ⏎ 41",
        "40 ⏎ 41 ⏎ 40",
        '40 ⏎ 421["message-with-ack",1]',
        '40 ⏎ 42["message",1]',
        "40/custom, ⏎ 40/custom,",
      ],
      namespaces: [
        "41 ⏎ 40",
        "41/custom, ⏎ 40/custom,",
        "41/custom, ⏎ 41/custom,",
        '41/custom, ⏎ 42/custom,["message",1]',
      ],
      "socketio-bodies": [
        '40/dyn/a,␞42/dyn/a,1["echo",1]',
        "41␞40",
      ],
      third: [
        '40/dyn/a ⏎ 42/dyn/a,1["echo",1]',
      ],
    },
  },
  {
    id: "strict-numbers",
    readme: "**Numbers in packets** are digits",
    recordings: {
      connecting: [
        '40\t',
      ],
      socketio: [
        '4 /["echo"]',
        "4 /x",
        '42\t["echo"]',
        '42 ["echo"]',
        '45 1-["echo",{"_placeholder":true,"num":0}] ⏎ <0102>',
        '45+1-["echo",{"_placeholder":true,"num":0}] ⏎ <0102>',
        '450x1-["echo",{"_placeholder":true,"num":0}] ⏎ <0102>',
        '451 -["echo",{"_placeholder":true,"num":0}] ⏎ <0102>',
        '451-1["echo",{"_placeholder":true,"num":0.5}] ⏎ <01>',
        '451e0-["echo",{"_placeholder":true,"num":0}] ⏎ <0102>',
      ],
    },
  },
  {
    id: "strict-base64",
    readme: "**Base64** has to be valid",
    recordings: {
      bodies: [
        "b!!!",
        "bAQ",
      ],
      engineio: [
        "b!!!!",
        "b4",
        "b4AQID",
        "bAQ",
        "bAQID=",
      ],
    },
  },
  {
    id: "no-payload",
    readme: "**An event or acknowledgement without a payload, or an acknowledgement without an id,**",
    recordings: {
      namespaces: [
        '42/custom["message"]',
      ],
      socketio: [
        '42/["echo"]',
        "42/x",
        '43/["echo"]',
        "43/x",
        '43/x,["echo"]',
        "451- ⏎ <01>",
        "451-1 ⏎ <01>",
        '461-[{"_placeholder":true,"num":0}] ⏎ <01>',
      ],
    },
  },
  {
    id: "arguments-as-sent",
    readme: "**Arguments that are passed on** unread keep",
    recordings: {
      socketio: [
        '421["echo", 1 , 2 ]',
        String.raw`421["echo","\/"]`,
        String.raw`421["echo","\u00e9"]`,
        String.raw`421["echo","\u2028\u0000\n"]`,
        '421["echo",1e3,-0,1.50,1E2]',
        '421["echo",{"a":1,"a":2}]',
        '451-1["echo",{"_placeholder":"true","num":0}] ⏎ <01>',
        '451-1["echo",{"_placeholder":1,"num":0}] ⏎ <01>',
        '451-1["echo",{"_placeholder":false,"num":0}] ⏎ <01>',
        '451-1["echo",{"_placeholder":true,"num":0,"x":1}] ⏎ <01>',
        '451-1["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}] ⏎ <01>',
        '451-1["echo",{"num":0,"_placeholder":true}] ⏎ <01>',
        '452-1["echo",{"_placeholder":true,"num":0}] ⏎ <01> ⏎ <02>',
        '452-1["echo",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}] ⏎ <01> ⏎ <02>',
      ],
    },
  },
  {
    id: "error-ack",
    readme: "**An event whose arguments do not fit its handler**",
    recordings: {
      socketio: [
        '421["join",1]',
        '421["join",["a","b"]]',
        '421["join",null]',
        '421["join",{}]',
        '421["join"]',
      ],
    },
  },
  {
    id: "ack-ids",
    readme: "**Acknowledgement ids** beyond",
    recordings: {
      socketio: [
        '4218446744073709551615["echo",1]',
        '4218446744073709551616["echo",1]',
        '429007199254740993["echo",1]',
        '4299999999999999999999["echo",1]',
      ],
    },
  },
  {
    id: "close-packet",
    readme: "**An Engine.IO close packet** is honoured",
    recordings: {
      engineio: [
        "1",
        "1 ⏎ 4a",
        "1x",
        "4a ⏎ 1",
      ],
      probes: [
        "2probe ⏎ 5 ⏎ 1",
      ],
      third: [
        "1",
      ],
    },
  },
  {
    id: "end-of-polling",
    readme: "**A polling session that the server ends** is gone at once",
    recordings: {
      "socketio-bodies": [
        "4",
        "40",
        "41",
        '42/dyn/a,["echo"]',
        '42["connect"]',
        '42["echo",1]␞42[]',
        "42[]",
        "42{}",
        "44",
        '450-["echo"]',
        '4511-["echo"]',
        "47",
        "4x",
        "bAQID",
      ],
    },
  },
  {
    id: "empty-sid",
    readme: "**An empty session id** is an unknown one",
    recordings: {
      requests: [
        "GET /engine.io/?EIO=4&transport=polling&sid=",
        "GET /socket.io/?EIO=4&transport=polling&sid=",
      ],
    },
  },
  {
    id: "jsonp",
    readme: "**JSONP** is for clients of Engine.IO 3",
    recordings: {
      requests: [
        "GET /engine.io/?EIO=4&transport=polling&j=0",
        "GET /socket.io/?EIO=4&transport=polling&j=0",
      ],
    },
  },
  {
    id: "octet-stream",
    readme: "**Binary bodies**, whatever their content type has behind",
    recordings: {
      requests: [
        "POST /engine.io/?EIO=4&transport=polling&sid={sid} ⏎ Content-Type: application/octet-stream; charset=x ⏎ ⏎ 4a",
      ],
    },
  },
  {
    id: "no-takeover",
    readme: "A session that began as a WebSocket cannot be taken over by another",
    recordings: {
      requests: [
        "GET /engine.io/?EIO=4&transport=polling&sid={ws}",
        "POST /engine.io/?EIO=4&transport=polling&sid={ws} ⏎ Content-Type: text/plain ⏎ ⏎ 4a",
      ],
    },
  },
  {
    id: "late-pong",
    readme: "**A WebSocket ping before the upgrade**",
    recordings: {
      probes: [
        "2probe",
        "2probe ⏎ 2probe",
      ],
    },
  },
  {
    id: "third-binary",
    readme: "**Binary frames of Engine.IO 3** have to begin",
    recordings: {
      third: [
        "<01>",
        "<>",
      ],
    },
  },
];
