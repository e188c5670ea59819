// What the README says about clients that come back together, with fewer of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CASES, simulate } from "../scripts/herd.mjs";

const CLIENTS = 1000;
const [restart, restartOurs, restartHint, outage, outageOurs, outageCap, network, networkOurs] = CASES.map((it) => simulate(it, CLIENTS));

test("every client comes back", () => {
  for (const { returned } of [restart, restartOurs, restartHint, outage, outageOurs, outageCap, network, networkOurs]) {
    assert.equal(returned, CLIENTS);
  }
});

test("without settings the crowd is no larger than with the official policy", () => {
  assert.ok(restartOurs.peak <= restart.peak * 1.1, `${restartOurs.peak} of ${restart.peak}`);
  assert.ok(outageOurs.peak <= outage.peak * 1.1, `${outageOurs.peak} of ${outage.peak}`);
});

test("when the server says how far to spread, a restart meets less than a quarter of the crowd", () => {
  assert.ok(restartHint.peak < restart.peak / 4, `${restartHint.peak} of ${restart.peak}`);
});

test("a maximum of 30 s leaves less than a third of the crowd after an outage", () => {
  assert.ok(outageCap.peak < outage.peak / 3, `${outageCap.peak} of ${outage.peak}`);
});

test("when their network returns, clients wait half as long, yet are spread over a second", () => {
  assert.ok(networkOurs.mean < network.mean / 2, `${networkOurs.mean} of ${network.mean}`);
  assert.ok(networkOurs.last <= 1001);
  assert.ok(networkOurs.peak < 0.15, `${networkOurs.peak}`);
});
