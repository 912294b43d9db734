import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { pictureAddress, type Finding } from "../../api/gallery";
import { documentQuery } from "../../api/queries";
import { t } from "../../ui/i18n";
import { Skeleton } from "../../ui/Skeleton";
import { useNear } from "../saved/near";
import { Drawing } from "./Drawing";
import { measured } from "./measured";
import { pictureOf } from "./pictures";

/** The result that a finding rests on, small. It is fetched once it is near the window; its room is there from the start. */
export function FindingPicture({ finding }: { finding: Finding }) {
  const place = useRef<HTMLDivElement>(null);
  const near = useNear(place);
  const { data, error } = useQuery({ ...documentQuery(pictureAddress(finding)), enabled: near });
  const picture = useMemo(() => data && pictureOf(data), [data]);
  return (
    // What it shows is said in words below.
    <div ref={place} className="finding-picture" aria-hidden="true">
      {picture && <Drawing picture={picture} />}
      {picture === null && <Number finding={finding} />}
      {picture === undefined && !error && <Skeleton rows={5} columns={12} height={24} />}
      {picture === undefined && error && <p className="xs ink-3">{t("app.gallery.notDrawn")}</p>}
    </div>
  );
}

/** Where nothing can be drawn so small: the number itself, large. */
function Number({ finding: { number } }: { finding: Finding }) {
  return (
    <p className="finding-number">
      <span className="xl bold">{measured(number.value, number.unit)}</span>
      <span className="sm ink-2">{number.label}</span>
    </p>
  );
}
