// Read by tsc alone: what is written is what types.d.ts declares.
import * as written from "../cutroom.js";
import type * as declared from "../types.d.ts";

export const { Cutroom, CutroomError, ProblemError, TimeoutError, isClip }: typeof declared = written;
