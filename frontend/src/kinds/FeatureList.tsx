/**
 * Ranked features, neurons or components, one row each. Arrays, all but the quantity optional:
 *
 * - each quantity [feature]: what rows are ranked by and the bars show; `coords.feature` are their ids
 * - `label` [feature], text: what a feature is about, empty where nobody named it; `top_token` [feature], text, and
 *   `top_token_id` [feature]: the token on which it is strongest, shown in its place
 * - `neuron` [feature]: which neuron of its layer each is
 * - `density` [feature]: share of tokens on which it fires; `layer` [feature]: where it lives
 * - the first array [feature, position]: its values over the prompt, drawn as a small curve
 * - `facts.active`: how many are active, of which these are the largest; `total.feature`: how many there are
 */
import "./messages";
import { useDeferredValue, useMemo, useState } from "react";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { count, decimal, forScale, probability } from "../ui/numbers";
import { Select } from "../ui/Select";
import { tokenText } from "../ui/tokenText";
import { ChosenBar } from "./parts/ChosenBar";
import { FeatureRows } from "./parts/FeatureRows";
import { featuresOf, NO_FILTERS, passes, sorted, type Feature, type Filters, type Order } from "./parts/featureList";
import { KindFrame } from "./parts/KindFrame";
import { liesIn } from "./parts/places";
import { shortLabel } from "./parts/quantity";
import { tableOf } from "./parts/table";
import { array, chosen, countLine, entryOf, find, indices, limitsIn, positionTokens, unitOf } from "./result";
import { usePin } from "./selection";
import Table from "./Table";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin } from "./types";
import "./parts/featureList.css";

const COMPACT_ROWS = 5;
/** Shares of the largest value that the filter offers. */
const LEAST = [0.1, 0.25, 0.5];
const DENSITIES = [0.1, 0.01, 0.001];

export default function FeatureList(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity || array(props.document, quantity.name).dims.join() !== "feature") return <Table {...props} />;
  return <Figure key={props.document.key} props={props} quantity={quantity} />;
}

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, compact = false, limits: locked } = props;
  const [filters, setFilters] = useState(NO_FILTERS);
  const [order, setOrder] = useState<Order>("value");
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const all = useMemo(() => featuresOf(document, quantity), [document, quantity]);
  const limits = limitsIn(locked, quantity, array(document, quantity.name).data);
  const largest = Math.max(...limits.map(Math.abs));
  const wanted = useDeferredValue(filters);
  const rows = useMemo(
    () =>
      sorted(
        all.filter((feature) => passes(feature, wanted, largest)),
        order,
        quantity.scale,
      ),
    [all, wanted, largest, order, quantity],
  );
  const names = all.filter(({ entry }) => picked.has(entry)).map(({ id }) => id);
  const filtered = rows.length < all.length;
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={compact ? undefined : limits}
      controls={
        !compact && (
          <FilterChips
            props={props}
            quantity={quantity}
            features={all}
            largest={largest}
            filters={filters}
            onFilters={setFilters}
            order={order}
            onOrder={setOrder}
          />
        )
      }
      notes={[
        activeLine(document, all.length),
        filtered && t("figures.features.passing", { count: rows.length, total: all.length }),
      ]}
    >
      {rows.length === 0 && all.length > 0 ? (
        <Notice
          title={t("figures.features.none")}
          actions={<Button onClick={() => setFilters(NO_FILTERS)}>{t("figures.features.all")}</Button>}
        />
      ) : (
        <FeatureRows
          label={describe(document)}
          rows={compact ? rows.slice(0, COMPACT_ROWS) : rows}
          quantity={quantity}
          limits={limits}
          selection={selection}
          compact={compact}
          picked={picked}
          onPicked={setPicked}
        />
      )}
      {names.length > 0 && (
        <ChosenBar
          text={t("figures.features.chosen", { count: names.length })}
          names={names}
          onClear={() => setPicked(new Set())}
        />
      )}
    </KindFrame>
  );
}

/** "5 of 32 active · 16,384 total" where the result says so. */
function activeLine(document: ResultDocument, listed: number): string {
  const { facts, total, shown } = document.result;
  if (typeof facts.active !== "number") return countLine(document, ["feature"], [listed]);
  const active = t("figures.features.active", { shown: shown.feature ?? listed, active: facts.active });
  return total.feature === undefined
    ? active
    : `${active} · ${t("figures.features.total", { total: count(total.feature) })}`;
}

interface FilterChipsProps {
  props: KindProps;
  quantity: Quantity;
  features: readonly Feature[];
  largest: number;
  filters: Filters;
  onFilters: (filters: Filters) => void;
  order: Order;
  onOrder: (order: Order) => void;
}

/** Filters compose: what is listed passes every one that is set. */
function FilterChips({ props, quantity, features, largest, filters, onFilters, order, onOrder }: FilterChipsProps) {
  const { document, selection } = props;
  const pin = usePin(selection);
  const change = (part: Partial<Filters>) => onFilters({ ...filters, ...part });
  const at = features.some(({ trace }) => trace) ? tokenAt(document, features, pin) : null;
  const dense = features.some(({ density }) => !Number.isNaN(density));
  const named = features.some(({ label }) => label);
  const any = { value: "", label: t("figures.features.any") };
  const orders: Order[] = [
    "value",
    ...(dense ? (["density"] as const) : []),
    ...(named ? (["label"] as const) : []),
    "id",
  ];
  return (
    <div className="feature-filters">
      <input
        type="search"
        className="field feature-search"
        aria-label={t("figures.features.search")}
        placeholder={t("figures.features.search")}
        value={filters.text}
        onChange={(event) => change({ text: event.target.value })}
      />
      <Select
        label={shortLabel(quantity).toLocaleLowerCase("en")}
        changed={filters.least > 0}
        value={filters.least > 0 ? String(filters.least) : ""}
        options={[
          any,
          ...LEAST.map((share) => ({
            value: String(share),
            label: t("figures.features.least", { value: decimal(share * largest) }),
          })),
        ]}
        onChange={(value) => change({ least: Number(value) })}
      />
      {dense && (
        <Select
          label={t("figures.features.density")}
          changed={filters.density < 1}
          value={filters.density < 1 ? String(filters.density) : ""}
          options={[
            any,
            ...DENSITIES.map((most) => ({
              value: String(most),
              label: t("figures.features.most", { value: String(most) }),
            })),
          ]}
          onChange={(value) => change({ density: value === "" ? 1 : Number(value) })}
        />
      )}
      {(at || filters.token != null) && (
        <button
          type="button"
          className="feature-chip"
          aria-pressed={filters.token != null}
          onClick={() => change({ token: filters.token == null && at ? at.entry : null })}
        >
          {t("figures.features.fires", { token: tokenName(document, features, filters.token ?? at?.entry ?? 0) })}
        </button>
      )}
      <Select
        label={t("figures.features.sort")}
        value={order}
        options={orders.map((value) => ({
          value,
          label: value === "value" ? shortLabel(quantity).toLocaleLowerCase("en") : t(`figures.features.by.${value}`),
        }))}
        onChange={onOrder}
      />
    </div>
  );
}

const positionsOf = (features: readonly Feature[]) => features.find(({ trace }) => trace)?.trace?.length ?? 0;

/** The entry of `position` that is pinned. */
function tokenAt(document: ResultDocument, features: readonly Feature[], pin: Cell | null): { entry: number } | null {
  const entry = entryOf(indices(document, "position", positionsOf(features)), pin?.position);
  return entry == null ? null : { entry };
}

function tokenName(document: ResultDocument, features: readonly Feature[], entry: number): string {
  const length = positionsOf(features);
  const token = positionTokens(document, length)[entry];
  return `${token ? tokenText(token, 12) : ""} ${indices(document, "position", length)[entry]}`;
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  const [first] = quantity ? sorted(featuresOf(document, quantity), "value", quantity.scale) : [];
  if (!quantity || !first) return t("kinds.nothing");
  return t("figures.features.describe", {
    name: first.label || first.id,
    quantity: quantity.label,
    value: forScale(quantity.scale, first.value) + unitOf(quantity),
  });
}

export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  const values = quantity && find(document, quantity.name);
  return values ? tableOf(document, values) : { columns: [], rows: [] };
}

export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  if (!quantity || pin.feature == null) return null;
  const ranked = sorted(featuresOf(document, quantity), "value", quantity.scale);
  const rank = ranked.findIndex(({ place }) => liesIn(pin, place));
  if (rank < 0) return null;
  const { id, label, value, density } = ranked[rank];
  return t("figures.features.read", {
    id,
    named: label ? "yes" : "no",
    name: label,
    quantity: quantity.label,
    value: forScale(quantity.scale, value) + unitOf(quantity),
    rank: rank + 1,
    total: ranked.length,
    density: Number.isNaN(density) ? "none" : probability(density),
  });
}
