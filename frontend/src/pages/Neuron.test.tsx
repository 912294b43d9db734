import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { contexts } from "./entities/fixtures";
import { answers, openPage, refused, requests, where } from "./entities/testPage";
import Neuron from "./Neuron";

const METHOD = "activations/neuron-contexts";
const FRAGMENT = "#m=specimen&p=A+b+c";

async function open(address = `/neurons/specimen/1.7${FRAGMENT}`) {
  answers[METHOD] ??= { status: 200, body: contexts() };
  await openPage(address, (parts) => <Neuron parts={parts} />);
}

const region = (name: string) => within(screen.getByRole("region", { name }));

describe("the page of a neuron", () => {
  it("shows the strongest contexts and, when asked, random ones", async () => {
    await open();
    expect(requests(METHOD)).toEqual([{ model: "specimen", prompt: "A b c", layer: 1, neuron: 7 }]);
    expect((await region("Where it fires").findAllByRole("listitem")).map((row) => row.textContent)).toEqual([
      "4.00It wassentiment",
    ]);
    expect(document.querySelector(".centre")).toHaveTextContent("was");
    expect(region("Where it fires").queryByRole("radio", { name: "Lowest" })).toBeNull();
    await userEvent.click(region("Where it fires").getByRole("radio", { name: "Random" }));
    expect(region("Where it fires").getByRole("listitem")).toHaveTextContent("0.10No one camefacts");
    expect(document.title).toBe("Neuron 1.7 · Stratascope");
  });

  it("marks the token of the prompt on which it is strongest", async () => {
    await open();
    expect(await screen.findByRole("button", { name: "Position 1: b" })).toHaveAttribute("aria-pressed", "true");
    expect(screen.getByText("largest here 3.00, in the corpus 4.00")).toBeVisible();
  });

  it("has what it writes, what it reads, what changes without it, and its likes", async () => {
    await open();
    await region("What it writes").findByText("+2.50");
    expect(region("What it writes").getByRole("list", { name: "lowered" })).toHaveTextContent("·rain−1.50");
    expect(region("What it reads").getByRole("list", { name: "by its weights, cosine" })).toHaveTextContent(
      "·warm0.30",
    );
    expect(region("Without it").getByRole("row", { name: /KL/ })).toHaveTextContent("0.30.02");
    expect(region("Without it").getByRole("row", { name: /loss/ })).toHaveTextContent("+0.500+0.100");
    expect(region("Similar neurons").getByRole("link")).toHaveAttribute("href", `/neurons/specimen/1.3${FRAGMENT}`);
  });

  it("goes to another neuron by its number, and by arrows outside of the field", async () => {
    await open();
    const field = await screen.findByRole("textbox", { name: /Go to a neuron/ });
    await userEvent.type(field, "0.5");
    fireEvent.keyDown(field, { key: "ArrowRight" });
    expect(where()).toBe(`/neurons/specimen/1.7${FRAGMENT}`);
    await userEvent.click(screen.getByRole("button", { name: "Go" }));
    expect(where()).toBe(`/neurons/specimen/0.5${FRAGMENT}`);
    fireEvent.keyDown(document.body, { key: "ArrowRight" });
    expect(where()).toBe(`/neurons/specimen/0.6${FRAGMENT}`);
  });

  it("needs no prompt", async () => {
    await open("/neurons/own/1.7");
    expect(await region("Where it fires").findByRole("listitem")).toBeVisible();
    expect(requests(METHOD)).toEqual([{ model: "own", layer: 1, neuron: 7 }]);
  });

  it("leads from a neuron that does not exist to one that does", async () => {
    answers[METHOD] = refused("neuron_out_of_range", "Neuron 900 does not exist.", "Use the last neuron", {
      neuron: 511,
    });
    await open(`/neurons/specimen/1.900${FRAGMENT}`);
    const notice = await screen.findByRole("alert");
    expect(notice).toHaveTextContent("Neuron 900 does not exist. Use the last neuron.");
    const link = within(notice).getByRole("link", { name: "Neuron 1.511" });
    expect(link).toHaveAttribute("href", `/neurons/specimen/1.511${FRAGMENT}`);
  });
});
