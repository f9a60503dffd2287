/** What the service answers, as docs/api.md says it; for the type checker alone. */

export type Status = "queued" | "generating" | "ready" | "failed" | "canceled" | "unknown";
export type Visibility = "private" | "public";

export interface ImageDetail {
  guid: string;
  filename: string;
  prompt: string;
  tags: string[];
  author: string;
  created_at: string;
  updated_at: string;
  status: Status;
  visibility: Visibility;
  generator: string;
  model: string;
  revised_prompt: string | null;
  parents: string[];
  batch: string | null;
  parameters: Record<string, unknown>;
  media_type: string | null;
  width: number | null;
  height: number | null;
  size_bytes: number | null;
  sha256: string | null;
  colors: string[] | null;
  cost_usd: number | null;
  cost_source: string | null;
  error: { code: string; detail: string } | null;
  deleted_at: string | null;
  content_url: string;
  may_change: boolean;
}

export interface SimilarDetail extends ImageDetail {
  distance: number;
}

export interface Lineage {
  image: ImageDetail;
  ancestors: ImageDetail[];
  descendants: ImageDetail[];
}

export interface Session {
  signed_in: boolean;
  name: string | null;
  is_admin: boolean;
  expires_at: string | null;
  sees_public: boolean;
}

export interface Model {
  id: string;
  generator: string;
  is_default: boolean;
  stands_for: string | null;
  sizes: string[];
  any_size: {
    min_side: number;
    max_side: number;
    multiple_of: number;
    min_pixels: number;
    max_pixels: number;
    max_ratio: number;
  } | null;
  qualities: string[];
  backgrounds: string[];
  output_formats: string[];
  transparent_formats: string[];
  preview_formats: string[];
  edit_formats: string[];
  mask_formats: string[];
  edits: boolean;
  masks: boolean;
  variations: boolean;
  most_inputs: number;
  knows_seeds: boolean;
  most_partial_images: number;
}

export interface TagCount {
  tag: string;
  count: number;
}

export interface Key {
  id: string;
  name: string;
  is_admin: boolean;
  created_at: string;
  revoked_at: string | null;
  key?: string;
}

export interface UsageFigures {
  calls: number;
  images: number;
  failed: number;
  unknown: number;
  cost_usd: number | null;
  calls_of_unknown_cost: number;
}

export interface Usage {
  days: number;
  by: "model" | "key" | "generator";
  rows: (UsageFigures & { day: string; name: string })[];
  total: UsageFigures;
}

export interface Operations {
  version: string;
  started_at: string;
  database: { kind: string; schema: number };
  queue: { queued: number; generating: number; oldest_queued_at: string | null; under_way_here: number };
  failures: { hours: number; by_code: { code: string; count: number }[]; unknown: number };
  storage: {
    kind: string;
    images: number;
    bytes: number;
    trash_images: number;
    trash_bytes: number;
    free_bytes: number | null;
    reserve_bytes: number;
    is_low: boolean;
    copies_bytes: number;
    copies_most_bytes: number;
    answers_waiting: number;
    counted_at: string;
  };
  generators: { name: string; models: string[]; problem: string | null }[];
  reasons: Record<string, string>;
}

/** Which images are looked at, and which one is open: all that the address of the page says. */
export interface Place {
  view: "library" | "trash" | "operate";
  prompt: string;
  tags: string[];
  author: string;
  model: string;
  visibility: "" | Visibility;
  after: string;
  before: string;
  order: "desc" | "asc";
  image: string;
}

export interface Partial {
  guid: string;
  number: number;
  media_type: string;
  b64: string;
}

/** What is sent for a picture. */
export interface Body {
  prompt: string;
  visibility: Visibility;
  tags: string[];
  model?: string;
  size?: string;
  quality?: string;
  background?: string;
  output_format?: string;
  seed?: number | undefined;
  partial_images?: number;
  images?: string[];
  mask?: string;
  task?: string;
}

/** What is wished in the dock, whether the model can do it or not; empty is as the model likes. */
export interface Wishes {
  prompt: string;
  model: string;
  size: string;
  quality: string;
  background: string;
  output_format: string;
  seed: string;
  task: string;
  count: string;
  visibility: Visibility;
  tags: string[];
  /** Guids, or data URLs. */
  images: string[];
  mask: string;
}
