// A client as a user of the API would write it: every request and answer below
// is typed by the generated schema.d.ts, and this file must compile strictly.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[]; exit(code: number): never };

const [, , baseUrl = "", password = ""] = process.argv;

function check(ok: boolean, what: string, ...details: unknown[]): asserts ok {
  if (!ok) {
    console.error("FAIL", what, JSON.stringify(details));
    process.exit(1);
  }
}

const anonymous = createClient<paths>({ baseUrl });
const session = await anonymous.POST("/api/v1/session", { body: { login: "admin", password } });
check(session.data !== undefined, "log in", session.error);
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${session.data.token}` } });

// Create: the amount may be a decimal text or a number, and is a text in answers.
const created = await client.POST("/api/v1/records/deal", { body: { name: "TypeScript", amount: "12.50" } });
check(created.data !== undefined, "create", created.error);
const deal: components["schemas"]["deal"] = created.data;
const amount: string | undefined = deal.amount;
check(amount === "12.5" || amount === "12.50", "amount in answers", deal);
const created2 = await client.POST("/api/v1/records/deal", { body: { name: "TypeScript 2", amount: 7.25 } });
check(created2.data?.amount === "7.25", "amount as a number", created2);
const tag = created.response.headers.get("ETag");
check(tag !== null && created.response.headers.get("Location") !== null, "ETag and Location");

// Query: limit is optional, since it has no default in the document.
const found = await client.POST("/api/v1/records/deal/query", {
  body: { where: ["name", "=", "TypeScript"], sort: ["-amount"], count: "exact", expand: ["owner"] },
});
check(found.data?.count === 1 && found.data.items[0]?.expanded?.owner?.login === "admin", "query and expand", found);

// Patch: null clears, another revision than the present one is 412.
const patched = await client.PATCH("/api/v1/records/deal/{id}", {
  params: { path: { id: deal.id }, header: { "If-Match": tag } },
  body: { note: null, name: "TypeScript, changed" },
});
check(patched.data?.rev === 2, "patch", patched);
const stale = await client.PATCH("/api/v1/records/deal/{id}", {
  params: { path: { id: deal.id }, header: { "If-Match": tag } },
  body: { name: "never" },
});
check(stale.response.status === 412 && stale.error?.code === "stale", "stale", stale);

// Upload a file and link it.
const uploaded = await client.POST("/api/v1/files", {
  body: { file: "%PDF-1.4 typescript" },
  bodySerializer(body) {
    const form = new FormData();
    form.append("file", new Blob([body.file], { type: "application/pdf" }), "proof.pdf");
    return form;
  },
});
check(uploaded.data?.name === "proof.pdf", "upload", uploaded);

// Transition: `to` is one of the stages, values are those of the entity.
const moved = await client.POST("/api/v1/records/deal/{id}/transition", {
  params: { path: { id: deal.id } },
  body: { to: "proven", values: { amount: "99.90", proof: [uploaded.data.id] }, comment: "by TypeScript" },
});
check(moved.data?.stage === "proven", "transition", moved);

// Aggregate and board.
const sums = await client.POST("/api/v1/records/deal/aggregate", {
  body: { groupBy: ["stage"], metrics: { n: ["count"], sum: ["sum", "amount"] } },
});
const proven = sums.data?.rows.find((row) => row["stage"] === "proven");
check(proven !== undefined && Number(proven["sum"]) === 99.9, "aggregate", sums);
const board = await client.POST("/api/v1/records/deal/board", { body: { by: "stage", sums: ["amount"] } });
const column = board.data?.columns.find((c) => c.key === "proven");
check(Number(column?.sums?.amount) === 99.9 && column?.items[0]?.id === deal.id, "board", board);

// Publish a definition.
const view = {
  kind: "view", key: "ts_list", title: { "zh-CN": "列表", en: "List" }, entity: "deal", type: "list", columns: ["name"],
};
const checked = await client.POST("/api/v1/builder/check", { body: { definitions: [view] } });
check(checked.data?.problems.length === 0, "check", checked);
const published = await client.POST("/api/v1/builder/publish", { body: { definitions: [view] } });
check(published.data !== undefined && published.data.version > 0, "publish", published);
const meta = await client.GET("/api/v1/meta");
check(meta.data?.views.some((v) => v.key === "ts_list") === true, "meta", meta.error);

console.log("done");
