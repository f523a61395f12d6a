// The official Node SDK, unchanged: identify, poll, trigger, and read back. Run by .ci/official-sdk.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";

import Knock from "@knocklabs/node";

const knock = new Knock();

let operation = await knock.users.bulk.identify({ users: [{ id: "ada", name: "Ada" }, { id: "bob" }] });
while (operation.status === "queued" || operation.status === "processing") {
  await setTimeout(100);
  operation = await knock.bulkOperations.get(operation.id);
}
assert.equal(operation.status, "completed");
assert.equal(operation.success_count, 2);

const run = await knock.workflows.trigger("new-comment", { recipients: ["ada", "bob"], data: { x: 1 } });
assert.match(run.workflow_run_id, /^[0-9a-f-]{36}$/);

const user = await knock.users.get("ada");
assert.equal(user.name, "Ada");

const recipients = [];
for await (const each of knock.workflowRecipientRuns.list({ workflow: "new-comment" })) {
  assert.equal(each.workflow_run_id, run.workflow_run_id);
  recipients.push(each.recipient);
}
assert.deepEqual(recipients.sort(), ["ada", "bob"]);

console.log("the official Node SDK identified, polled, triggered and read back");
