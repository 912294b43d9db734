import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { navigate } from "../state/url";
import { pattern, profile } from "./entities/fixtures";
import { answers, openPage, refused, requests, where } from "./entities/testPage";
import Head from "./Head";

const FRAGMENT = "#m=specimen&p=A+b+c&at=2&t=+b&d=+c";

async function open(address = `/heads/specimen/1.1${FRAGMENT}`) {
  answers["attention/head-profile"] ??= { status: 200, body: profile() };
  answers["attention/attention-pattern"] ??= { status: 200, body: pattern() };
  await openPage(address, (parts) => <Head parts={parts} />);
}

const region = (name: string) => within(screen.getByRole("region", { name }));

describe("the page of a head", () => {
  it("asks about the prompt and the question of the analysis it was opened from", async () => {
    await open();
    expect(await screen.findByRole("heading", { level: 1, name: "Head 1.1" })).toBeVisible();
    expect(requests("attention/head-profile")).toEqual([
      { model: "specimen", prompt: "A b c", target: [" b"], distractor: [" c"], layer: 1, head: 1 },
    ]);
    expect(requests("attention/attention-pattern")).toEqual([
      { model: "specimen", prompt: "A b c", layers: [1], heads: [1] },
    ]);
    expect(await screen.findByRole("button", { name: "Position 2: c" })).toHaveAttribute("aria-pressed", "true");
  });

  it("names the roles whose threshold is reached, with every score", async () => {
    await open();
    const roles = await screen.findByRole("list", { name: "Roles" });
    expect(
      within(roles)
        .getAllByRole("listitem")
        .map((row) => row.textContent),
    ).toEqual(["Induction0.90", "Previous token0.03", "First-token sink0.35", "Entropy0.19"]);
    const words = document.querySelectorAll(".entity-roles > .badge");
    expect([...words].map((word) => word.textContent)).toEqual(["induction", "first-token sink"]);
    expect(document.title).toBe("Head 1.1 · Stratascope");
  });

  it("has what it reads and writes, what feeds it, and what changes without it", async () => {
    await open();
    await screen.findByRole("list", { name: "Roles" });
    expect(region("What it reads and writes").getByRole("row", { name: /·b/ })).toHaveTextContent("·byv211");
    const feeds = region("What feeds it")
      .getAllByRole("listitem")
      .map((row) => row.textContent);
    expect(feeds.slice(0, 2)).toEqual(["0.0 key0.300", "0.1 query0.200"]);
    const link = region("What feeds it").getAllByRole("link")[0];
    expect(link).toHaveAttribute("href", expect.stringMatching(/^\/heads\/specimen\/0\.0#m=specimen&p=A\+b\+c/));
    const without = region("Without it");
    expect(without.getByRole("row", { name: /Answer over/ })).toHaveTextContent("+3.00+1.50+2.00");
    expect(without.getByRole("row", { name: /random head/ })).toHaveTextContent("−0.20 … 0.30−0.10 … 0.05");
    expect(region("Does it matter?").getByText("this head −2.25")).toBeVisible();
  });

  it("shows figures as tables", async () => {
    await open();
    await screen.findByRole("list", { name: "Roles" });
    await userEvent.click(region("Roles").getByRole("button", { name: "View as table" }));
    expect(region("Roles").getByRole("row", { name: /previous token/ })).toHaveTextContent("previous token0.0300");
  });

  it("gives the code and the files of every section", async () => {
    const saved: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:file", revokeObjectURL: () => undefined }));
    await open();
    await screen.findByRole("list", { name: "Roles" });
    const sections = screen.getAllByRole("region").filter((section) => section.matches(".entity-section"));
    expect(sections.length).toBeGreaterThan(7);
    for (const section of sections) {
      expect(within(section).getByRole("button", { name: "Code" })).toBeVisible();
      expect(within(section).getByRole("button", { name: "Export" })).toBeVisible();
    }
    await userEvent.click(region("Roles").getByRole("button", { name: "Code" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog).toHaveTextContent("/api/v1/methods/attention/head-profile");
    expect(dialog).toHaveTextContent('"head": 1');
    await userEvent.keyboard("{Escape}");
    expect(where()).toMatch(/^\/heads\//);
    await userEvent.click(region("Roles").getByRole("button", { name: "Export" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: /CSV/ }));
    await waitFor(() => expect(saved).toEqual([expect.stringMatching(/^stratascope-.*head-profile.*\.csv$/)]));
  });

  it("goes to the neighbours with arrows, and back to the analysis with Escape", async () => {
    await open();
    await screen.findByRole("list", { name: "Roles" });
    expect(screen.getByRole("button", { name: "Next head" })).toBeDisabled();
    fireEvent.keyDown(document.body, { key: "ArrowLeft" });
    expect(where()).toMatch(/^\/heads\/specimen\/1\.0#m=specimen/);
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(where()).toBe(`/${FRAGMENT}`);
  });

  it("opens the workbench with the head selected", async () => {
    await open();
    await userEvent.click(await screen.findByRole("button", { name: "Where does it look?" }));
    expect(where()).toBe("/#m=specimen&p=A+b+c&at=2&h=1.1&t=+b&d=+c&v=attention/attention-pattern");
  });

  it("takes the first example where it was not opened from an analysis", async () => {
    await open("/heads/specimen/1.1");
    expect(await screen.findByRole("heading", { name: "Where it looks, on an example" })).toBeVisible();
    expect(requests("attention/head-profile")[0]).toMatchObject({ prompt: "An example", target: [" x"] });
  });

  it("asks for a text where there is no example", async () => {
    await open("/heads/own/0.1");
    await userEvent.type(await screen.findByLabelText("A text to look at"), "Some text");
    await userEvent.click(screen.getByRole("button", { name: "Show on this text" }));
    expect(await screen.findByRole("list", { name: "Roles" })).toBeVisible();
    expect(requests("attention/head-profile")[0]).toMatchObject({ model: "own", prompt: "Some text" });
    expect(where()).toBe("/heads/own/0.1#m=own&p=Some+text");
  });

  it("says in the server's words that there is no such head", async () => {
    const problem = refused("head_out_of_range", "Head 9 does not exist.", "Choose heads between 0 and 1");
    answers["attention/head-profile"] = problem;
    answers["attention/attention-pattern"] = problem;
    await open(`/heads/specimen/1.9${FRAGMENT}`);
    const notice = await screen.findByRole("alert");
    expect(notice).toHaveTextContent("Head 9 does not exist. Choose heads between 0 and 1.");
    expect(within(notice).getByRole("link", { name: "Head 1.1" })).toBeVisible();
  });

  it("keeps the pattern and the scores of all heads where the profile is refused", async () => {
    answers["attention/head-profile"] = refused("too_large", "The profile needs 3 GB.", "Free memory");
    answers["attention/head-scores"] = {
      status: 200,
      body: {
        ...profile(),
        result: {
          ...profile().result,
          ...{ coords: {}, quantities: [{ name: "induction", label: "induction", scale: "attn" }] },
          ...{ dims: { induction: ["layer", "head"] }, facts: { baseline: { induction: 0.03 } } },
          induction: [
            [0.1, 0.1],
            [0.2, 0.8],
          ],
        },
      },
    };
    await open();
    expect(await screen.findByText("Induction")).toBeVisible();
    expect(screen.getAllByText("The profile needs 3 GB. Free memory.").length).toBeGreaterThan(3);
    expect(region("Where it looks, on your prompt").queryByRole("alert")).toBeNull();
  });

  it("knows an address that names no head", async () => {
    await open("/heads/specimen/first");
    expect(screen.getByRole("alert")).toHaveTextContent("This address names no head");
    expect(requests("attention/head-profile")).toEqual([]);
    navigate("/");
  });
});
