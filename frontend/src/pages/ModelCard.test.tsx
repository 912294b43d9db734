import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "../api/queryClient";
import { Toaster } from "../ui/Toast";
import ModelCard from "./ModelCard";
import { card, number } from "./card/fixtures";

const NUMBERS = [
  number("capital", { value: 1 }),
  number("two_hop_withheld", { value: 0.1, floor: null, holds: null }),
  number("colored_objects", {
    group: "Circuits",
    value: 0.375,
    floor: 0.85,
    holds: false,
    control: 0.333,
    note: "The circuit did not form.",
  }),
  number("refusals", { group: "Tuning", model: "specimen-tuned", value: 0.02, floor: null, ceiling: 0.05 }),
];
const AGAINST = {
  title: "No ring of weekdays",
  note: "Weekdays lie on no circle.",
  value: 0.43,
  control: 0.29,
  analysis: "gallery-weekday-ring",
};

/** Answers by path. */
let answers: Record<string, { status: number; body: unknown }>;
const copied = vi.fn<(text: string) => Promise<void>>(() => Promise.resolve());

const problem = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } });

beforeEach(() => {
  answers = {
    "/models/specimen/card": { status: 200, body: card(NUMBERS, { findings_against: [AGAINST] }) },
    "/models/other/card": problem(404, "no_card", "other comes without a card."),
    "/models/a%2Fb/card": problem(422, "broken", "The manifest cannot be read."),
  };
  vi.spyOn(globalThis, "fetch").mockImplementation((input) => {
    const { status, body } = answers[String(input).replace("/api/v1", "")] ?? { status: 200, body: { models: [] } };
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  copied.mockClear();
  queryClient.clear();
});

function open(id = "specimen") {
  // After `userEvent`, which has a clipboard of its own.
  const user = userEvent.setup();
  Object.defineProperty(navigator, "clipboard", { value: { writeText: copied }, configurable: true });
  render(
    <QueryClientProvider client={queryClient}>
      <ModelCard id={id} />
      <Toaster />
    </QueryClientProvider>,
  );
  return user;
}

const row = (name: string) => screen.getByRole("row", { name: new RegExp(`^${name}`) });
const cells = (name: string) =>
  within(row(name))
    .getAllByRole("cell")
    .map((cell) => cell.textContent);

describe("a model card", () => {
  it("has every number with its bound, its verdict and its control, in groups", async () => {
    open();
    expect(await screen.findByRole("heading", { level: 1, name: "Specimen" })).toBeVisible();
    expect(screen.getByText("2 of 3 bounds kept")).toBeVisible();
    expect(cells("capital")).toEqual(["1", "≥ 0.98", "kept", ""]);
    expect(cells("two hop withheld")).toEqual(["0.100", "", "reported", ""]);
    expect(cells("colored objects")).toEqual(["0.375", "≥ 0.85", "missed", "0.333"]);
    expect(row("colored objects")).toHaveTextContent("The circuit did not form.");
    expect(cells("refusals")).toEqual(["0.020", "≤ 0.05", "kept", ""]);
    expect(row("refusals")).toHaveTextContent("specimen-tuned");
    expect(screen.getAllByRole("rowheader", { name: /^(Facts|Circuits|Tuning)$/ })).toHaveLength(3);
  });

  it("says what does not hold, and opens what shows it", async () => {
    open();
    const against = await screen.findByRole("region", { name: "What does not hold here" });
    expect(against).toHaveTextContent("0.43, control 0.29");
    expect(within(against).getByRole("link", { name: "No ring of weekdays" })).toHaveAttribute(
      "href",
      "/a/gallery-weekday-ring",
    );
  });

  it("tells how the model was made", async () => {
    answers["/models/specimen/card"].body = card(NUMBERS, {
      training: {
        tokens: 20_480_000,
        steps: 5000,
        corpus_sha256: "ab411aea41ef09ae76b3",
        seeds: { corpus: 0, model: 1 },
        history: [
          { step: 50, loss: 7.8 },
          { step: 5000, loss: 1.21 },
        ],
      },
    });
    open();
    const making = await screen.findByRole("region", { name: "How it was made" });
    expect(
      within(making)
        .getAllByRole("term")
        .map((term) => term.textContent),
    ).toEqual(["Steps", "Tokens seen", "Corpus, sha256", "Seeds"]);
    expect(making).toHaveTextContent("ab411aea…76b3");
    expect(making).toHaveTextContent("corpus 0 · model 1");
    expect(making).toHaveTextContent("Loss while training: 7.80 at step 50, 1.21 at step 5000");
  });

  it("shows what was missed, or what has the words of a search", async () => {
    const user = open();
    await user.click(await screen.findByRole("radio", { name: "Missed 1" }));
    expect(screen.queryByRole("row", { name: /^capital/ })).toBeNull();
    expect(row("colored objects")).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("1 of 4 numbers");
    await user.type(screen.getByRole("searchbox"), "capital");
    expect(screen.getByText("No number matches.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "show all" }));
    expect(screen.getAllByRole("row")).toHaveLength(1 + 3 + 4);
  });

  it("is copied as it is shown", async () => {
    const user = open();
    await user.click(await screen.findByRole("radio", { name: "Missed 1" }));
    await user.click(screen.getByRole("button", { name: "Copy as CSV" }));
    expect(copied.mock.lastCall?.[0]).toBe(
      "key,title,group,value,floor,ceiling,control,note,model,verdict\n" +
        "colored_objects,colored objects,Circuits,0.375,0.85,,0.333,The circuit did not form.,specimen,missed\n",
    );
    expect(await screen.findByText("1 number copied")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Copy as JSON" }));
    expect(JSON.parse(copied.mock.lastCall?.[0] ?? "")).toMatchObject({ id: "specimen", numbers: [NUMBERS[2]] });
  });

  it("says when a model has none", async () => {
    open("other");
    expect(await screen.findByRole("heading", { name: "No card for this model" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });

  it("says why it cannot be shown, for ids of any characters, and asks again", async () => {
    const user = open("a%2Fb");
    expect(await screen.findByText("The manifest cannot be read.")).toBeVisible();
    answers["/models/a%2Fb/card"] = { status: 200, body: card(NUMBERS, { title: "A and B" }) };
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { level: 1, name: "A and B" })).toBeVisible();
  });
});
