(** Sums of any length, arrays as functions of indices, and derivatives by one entry of an array.

    [total n f] is f 0 + f 1 + ... + f (n - 1). An array is a function of its indices; [put x p t] is the array x with t in
    the place p, so that [is_derive (fun t => L (put x p t)) (x p) d] says that d is the partial derivative of L by the
    entry x p. *)

From Coq Require Import Reals Lra Lia PeanoNat.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Functions.
Open Scope R_scope.

Fixpoint total (n : nat) (f : nat -> R) : R :=
  match n with
  | O => 0
  | S m => total m f + f m
  end.

(** It is Coquelicot's sum. *)
Lemma total_is_sum_n (n : nat) (f : nat -> R) : total (S n) f = sum_n f n.
Proof.
  induction n as [| n IH]; [rewrite sum_O; simpl; ring |].
  rewrite sum_Sn, <- IH. reflexivity.
Qed.

Definition delta (i j : nat) : R := if Nat.eqb i j then 1 else 0.

Lemma delta_same (i : nat) : delta i i = 1.
Proof. unfold delta. rewrite Nat.eqb_refl. reflexivity. Qed.

Lemma delta_other (i j : nat) : i <> j -> delta i j = 0.
Proof. intros H. unfold delta. apply Nat.eqb_neq in H. rewrite H. reflexivity. Qed.

Lemma delta_symmetric (i j : nat) : delta i j = delta j i.
Proof. unfold delta. rewrite Nat.eqb_sym. reflexivity. Qed.

(** * Laws of sums *)

Lemma total_ext (n : nat) (f g : nat -> R) : (forall k, (k < n)%nat -> f k = g k) -> total n f = total n g.
Proof.
  induction n as [| n IH]; intros H; simpl; [reflexivity |].
  rewrite IH, (H n); [reflexivity | lia | intros k Hk; apply H; lia].
Qed.

Lemma total_plus (n : nat) (f g : nat -> R) : total n (fun k => f k + g k) = total n f + total n g.
Proof. induction n as [| n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma total_minus (n : nat) (f g : nat -> R) : total n (fun k => f k - g k) = total n f - total n g.
Proof. induction n as [| n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma total_factor (n : nat) (c : R) (f : nat -> R) : total n (fun k => c * f k) = c * total n f.
Proof. induction n as [| n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma total_constant (n : nat) (c : R) : total n (fun _ => c) = INR n * c.
Proof. induction n as [| n IH]; [simpl; ring |]. simpl total. rewrite IH, S_INR. ring. Qed.

Lemma total_swap (n m : nat) (f : nat -> nat -> R) :
  total n (fun i => total m (fun j => f i j)) = total m (fun j => total n (fun i => f i j)).
Proof.
  induction n as [| n IH]; simpl.
  - rewrite total_constant. ring.
  - rewrite IH, <- total_plus. reflexivity.
Qed.

(** Kronecker contraction: only the term with k = q remains. *)
Lemma total_delta (n q : nat) (f : nat -> R) : (q < n)%nat -> total n (fun k => delta k q * f k) = f q.
Proof.
  induction n as [| n IH]; intros H; [lia |]. simpl.
  destruct (Nat.eq_dec q n) as [E | E].
  - subst q. rewrite delta_same.
    rewrite (total_ext n _ (fun _ => 0)); [rewrite total_constant; ring |].
    intros k Hk. rewrite delta_other; [ring | lia].
  - rewrite IH by lia. rewrite (delta_other n q) by lia. ring.
Qed.

Lemma total_positive (n : nat) (f : nat -> R) :
  (0 < n)%nat -> (forall k, (k < n)%nat -> 0 < f k) -> 0 < total n f.
Proof.
  induction n as [| n IH]; intros H P; [lia |]. simpl.
  destruct n as [| n]; [simpl; specialize (P O ltac:(lia)); lra |].
  assert (0 < total (S n) f) by (apply IH; [lia | intros k Hk; apply P; lia]).
  specialize (P (S n) ltac:(lia)). lra.
Qed.

(** * Arrays with one entry replaced *)

Definition put (x : nat -> R) (p : nat) (t : R) : nat -> R := fun k => if Nat.eqb k p then t else x k.

Definition put2 (x : nat -> nat -> R) (p q : nat) (t : R) : nat -> nat -> R :=
  fun i k => if (Nat.eqb i p && Nat.eqb k q)%bool then t else x i k.

(** [has_derivative f x v d]: f has the value v and the derivative d at x. *)
Definition has_derivative (f : R -> R) (x v d : R) : Prop := f x = v /\ is_derive f x d.

Section Rules.
Variables (f g : R -> R) (x v w d e : R).

Lemma rule_constant (c : R) : has_derivative (fun _ => c) x c 0.
Proof. split; [reflexivity | apply (is_derive_const c)]. Qed.

Lemma rule_variable : has_derivative (fun t => t) x x 1.
Proof. split; [reflexivity | apply (is_derive_id x)]. Qed.

Lemma rule_put (a : nat -> R) (p k : nat) : has_derivative (fun t => put a p t k) (a p) (a k) (delta k p).
Proof.
  unfold put, delta. destruct (Nat.eqb k p) eqn:E.
  - apply Nat.eqb_eq in E. subst k. split; [reflexivity | apply (is_derive_id (a p))].
  - split; [reflexivity | apply (is_derive_const (a k))].
Qed.

Lemma rule_put2 (a : nat -> nat -> R) (p q i k : nat) :
  has_derivative (fun t => put2 a p q t i k) (a p q) (a i k) (delta i p * delta k q).
Proof.
  unfold put2, delta. destruct (Nat.eqb i p) eqn:E; destruct (Nat.eqb k q) eqn:F; simpl.
  - apply Nat.eqb_eq in E. apply Nat.eqb_eq in F. subst.
    replace (1 * 1) with 1 by ring. split; [reflexivity | apply (is_derive_id (a p q))].
  - rewrite Rmult_0_r. split; [reflexivity | apply (is_derive_const (a i k))].
  - rewrite Rmult_0_l. split; [reflexivity | apply (is_derive_const (a i k))].
  - rewrite Rmult_0_l. split; [reflexivity | apply (is_derive_const (a i k))].
Qed.

Hypothesis Hf : has_derivative f x v d.
Hypothesis Hg : has_derivative g x w e.

Ltac known_one := destruct Hf as [Vf Df]; split; [congruence |].
Ltac known := destruct Hf as [Vf Df]; destruct Hg as [Vg Dg]; split; [congruence |].

Lemma rule_plus : has_derivative (fun t => f t + g t) x (v + w) (d + e).
Proof. known. apply (is_derive_plus f g x d e Df Dg). Qed.

Lemma rule_minus : has_derivative (fun t => f t - g t) x (v - w) (d - e).
Proof. known. apply (is_derive_minus f g x d e Df Dg). Qed.

Lemma rule_mult : has_derivative (fun t => f t * g t) x (v * w) (d * w + v * e).
Proof.
  known. subst v w. apply (is_derive_mult f g x d e Df Dg). intros a b. apply Rmult_comm.
Qed.

Lemma rule_factor (c : R) : has_derivative (fun t => c * f t) x (c * v) (c * d).
Proof. known_one. apply (is_derive_scal f x c d Df). Qed.

Lemma rule_factor_right (c : R) : has_derivative (fun t => f t * c) x (v * c) (d * c).
Proof.
  known_one. apply (is_derive_ext (fun t => c * f t)); [intros t; apply Rmult_comm |].
  rewrite (Rmult_comm d c). apply (is_derive_scal f x c d Df).
Qed.

Lemma rule_divided (c : R) : has_derivative (fun t => f t / c) x (v / c) (d / c).
Proof.
  known_one. unfold Rdiv. apply (is_derive_ext (fun t => / c * f t)); [intros t; apply Rmult_comm |].
  rewrite (Rmult_comm d (/ c)). apply (is_derive_scal f x (/ c) d Df).
Qed.

Lemma rule_div : w <> 0 -> has_derivative (fun t => f t / g t) x (v / w) ((d * w - v * e) / w ^ 2).
Proof. intros H. known. subst v w. apply (is_derive_div f g x d e Df Dg H). Qed.

Lemma rule_opp : has_derivative (fun t => - f t) x (- v) (- d).
Proof. known_one. apply (is_derive_opp f x d Df). Qed.

Lemma rule_inv : v <> 0 -> has_derivative (fun t => / f t) x (/ v) (- d / v ^ 2).
Proof. intros H. known_one. subst v. apply (is_derive_inv f x d Df H). Qed.

Lemma rule_pow (n : nat) : has_derivative (fun t => f t ^ n) x (v ^ n) (INR n * d * v ^ pred n).
Proof. known_one. subst v. apply (is_derive_pow f n x d Df). Qed.

Lemma rule_compose (h : R -> R) (h' : R) : is_derive h v h' -> has_derivative (fun t => h (f t)) x (h v) (h' * d).
Proof.
  intros H. known_one. subst v. rewrite Rmult_comm. apply (is_derive_comp h f x h' d H Df).
Qed.

End Rules.

Lemma rule_exp f x v d : has_derivative f x v d -> has_derivative (fun t => exp (f t)) x (exp v) (exp v * d).
Proof. intros H. apply rule_compose with (1 := H). apply is_derive_Reals, derivable_pt_lim_exp. Qed.

Lemma rule_ln f x v d : has_derivative f x v d -> 0 < v -> has_derivative (fun t => ln (f t)) x (ln v) (/ v * d).
Proof. intros H P. apply rule_compose with (1 := H). apply is_derive_Reals, derivable_pt_lim_ln, P. Qed.

Lemma rule_sqrt f x v d :
  has_derivative f x v d -> 0 < v -> has_derivative (fun t => sqrt (f t)) x (sqrt v) (/ (2 * sqrt v) * d).
Proof. intros H P. apply rule_compose with (1 := H). apply is_derive_Reals, derivable_pt_lim_sqrt, P. Qed.

Lemma rule_sigma f x v d :
  has_derivative f x v d -> has_derivative (fun t => sigma (f t)) x (sigma v) (sigma v * (1 - sigma v) * d).
Proof. intros H. apply rule_compose with (1 := H). apply is_derive_sigma. Qed.

Lemma rule_softplus f x v d :
  has_derivative f x v d -> has_derivative (fun t => softplus (f t)) x (softplus v) (sigma v * d).
Proof. intros H. apply rule_compose with (1 := H). apply is_derive_softplus. Qed.

(** The rectifier off its kink. *)
Lemma is_derive_rectifier (v : R) : v <> 0 -> is_derive (fun t => Rmax 0 t) v (step v).
Proof.
  intros H. unfold step. destruct (Rlt_dec 0 v) as [P | P].
  - apply (is_derive_ext_loc (fun t => t)); [near | apply (is_derive_id v)].
  - assert (v < 0) as N by lra. clear P H.
    apply (is_derive_ext_loc (fun t => 0)); [near | apply (is_derive_const 0)].
Qed.

Lemma rule_rectifier f x v d :
  has_derivative f x v d -> v <> 0 -> has_derivative (fun t => Rmax 0 (f t)) x (Rmax 0 v) (step v * d).
Proof. intros H P. apply (rule_compose f x v d H (fun t => Rmax 0 t)). apply is_derive_rectifier, P. Qed.

Lemma rule_total (n : nat) (f : R -> nat -> R) (x : R) (v d : nat -> R) :
  (forall k, (k < n)%nat -> has_derivative (fun t => f t k) x (v k) (d k)) ->
  has_derivative (fun t => total n (fun k => f t k)) x (total n (fun k => v k)) (total n (fun k => d k)).
Proof.
  intros H. split.
  - apply total_ext. intros k Hk. apply H, Hk.
  - induction n as [| n IH]; simpl.
    + apply (is_derive_const 0).
    + apply (is_derive_plus (fun t => total n (fun k => f t k)) (fun t => f t n)).
      * apply IH. intros k Hk. apply H. lia.
      * apply H. lia.
Qed.

Lemma by_rules (f : R -> R) (x v d e : R) : has_derivative f x v d -> d = e -> is_derive f x e.
Proof. intros [_ H] E. rewrite <- E. exact H. Qed.

(** * Tactics *)

(** What is positive or not zero, with sums and lengths. *)
Ltac lengths :=
  repeat match goal with
  | H : (0 < ?n)%nat |- _ =>
    lazymatch goal with
    | _ : 0 < INR n |- _ => fail
    | _ => assert (0 < INR n) by (apply lt_0_INR; exact H)
    end
  end.

Ltac sum_positive :=
  lengths;
  first
  [ assumption
  | match goal with H : forall _, _ |- _ => apply H; assumption end
  | lazymatch goal with
    | |- 0 < total _ _ => apply total_positive; [assumption | intros; sum_positive]
    | |- 0 < _ + _ => first [apply Rplus_lt_0_compat; sum_positive | apply Rplus_le_lt_0_compat; [sum_nonnegative | sum_positive]]
    | |- 0 < _ * _ => apply Rmult_lt_0_compat; sum_positive
    | |- 0 < sqrt _ => apply sqrt_lt_R0; sum_positive
    end
  | positive ]
with sum_nonnegative := first [nonnegative | apply Rlt_le; sum_positive].

Ltac sum_nonzero :=
  lengths;
  first
  [ assumption
  | match goal with H : forall _, _ |- _ => apply H; assumption end
  | lazymatch goal with
    | |- _ * _ <> 0 => apply Rmult_integral_contrapositive_currified; sum_nonzero
    | |- _ ^ _ <> 0 => apply pow_nonzero; sum_nonzero
    end
  | apply Rgt_not_eq; unfold Rgt; sum_positive
  | nonzero ].

(** Equality of two rational expressions in which sums, functions and entries of arrays are letters. *)
Ltac deltas_alike :=
  repeat match goal with
  | |- context [delta ?a ?b] =>
    tryif constr_eq a b then rewrite (delta_symmetric a b), delta_same
    else match goal with |- context [delta b a] => rewrite (delta_symmetric b a) end
  end.

Ltac sum_roots :=
  repeat match goal with
  | |- context [sqrt ?u] =>
    lazymatch goal with
    | _ : sqrt u * sqrt u = u |- _ => fail
    | _ => assert (sqrt u * sqrt u = u) by (apply sqrt_sqrt; sum_nonnegative);
           assert (0 < sqrt u) by (apply sqrt_lt_R0; sum_positive)
    end
  end.

Ltac sum_algebra :=
  cbv beta; cbn [INR Nat.pred]; deltas_alike;
  solve
  [ ring
  | field; repeat split; sum_nonzero
  | sum_roots;
    match goal with
    | A : ?a * ?a = _, B : ?b * ?b = _, C : ?c * ?c = _ |- _ => field [A B C]; repeat split; sum_nonzero
    | A : ?a * ?a = _, B : ?b * ?b = _ |- _ => field [A B]; repeat split; sum_nonzero
    | A : ?a * ?a = _ |- _ => field [A]; repeat split; sum_nonzero
    end ].

(** Two expressions of the same build: sums are compared term by term. *)
Ltac sums_alike :=
  cbv beta;
  first
  [ sum_algebra
  | lazymatch goal with |- total ?n _ = total ?n _ => apply total_ext; intros; sums_alike end
  | match goal with
    | |- ?lhs = ?rhs =>
      match lhs with
      | context [total ?n ?f] =>
        match rhs with
        | context [total n ?g] =>
          tryif constr_eq f g then fail
          else (replace (total n f) with (total n g) by (apply total_ext; intros; symmetry; sums_alike); sums_alike)
        end
      end
    end ].

(** Σ (c f + d g) = c Σ f + d Σ g, with c and d that do not depend on the index. *)
Lemma linear_more (n : nat) (g r : nat -> R) (c a : R) :
  total n g = a -> total n (fun k => g k + c * r k) = a + c * total n r.
Proof. intros H. rewrite total_plus, total_factor, H. reflexivity. Qed.

Ltac linear_build :=
  lazymatch goal with
  | |- _ = _ + _ * total _ _ => eapply linear_more; linear_build
  | |- _ = ?c * total ?n ?r => exact (total_factor n c r)
  end.

Ltac linear_sum := eapply eq_trans; [| linear_build]; apply total_ext; intros; sum_algebra.

(** The identity that remains: what was given of sums is used first. *)
Ltac sum_identity :=
  intros;
  repeat match goal with H : total _ _ = _ |- _ => rewrite H; clear H end;
  sum_algebra.

Lemma ln_quotient (a b : R) : 0 < b -> ln (exp a / b) = a - ln b.
Proof.
  intros H. unfold Rdiv. rewrite ln_mult; [| apply exp_pos | apply Rinv_0_lt_compat, H].
  rewrite ln_exp, ln_Rinv by exact H. ring.
Qed.

(** The same function, with the logarithm of a softmax written as a difference. *)
Ltac same_function :=
  intros; cbv beta zeta;
  repeat match goal with
  | |- ?a / ?c = ?b / ?c => f_equal
  | |- - ?a = - ?b => f_equal
  | |- total ?n _ = total ?n _ => apply total_ext; intros
  end;
  rewrite ?ln_quotient by sum_positive; sum_algebra.

(** Room for rules of other files. *)
Ltac by_other_rule := fail.

(** Differentiate by the rules above, from the outside in. *)
Ltac by_rule :=
  lazymatch goal with
  | |- has_derivative (fun _ => ?c) _ _ _ => refine (rule_constant _ _)
  | |- has_derivative (fun t => t) _ _ _ => refine (rule_variable _)
  | |- has_derivative (fun t => put _ _ t _) _ _ _ => refine (rule_put _ _ _)
  | |- has_derivative (fun t => put2 _ _ _ t _ _) _ _ _ => refine (rule_put2 _ _ _ _ _)
  | |- has_derivative (fun t => total _ (fun k => _)) _ _ _ => eapply rule_total; intros ? ?; by_rule
  | |- has_derivative (fun t => _ + _) _ _ _ => eapply rule_plus; by_rule
  | |- has_derivative (fun t => _ - _) _ _ _ => eapply rule_minus; by_rule
  | |- has_derivative (fun t => @?a t * @?b t) _ _ _ =>
    lazymatch a with
    | fun _ => ?c => eapply (rule_factor b); by_rule
    | _ =>
      lazymatch b with
      | fun _ => ?c => eapply (rule_factor_right a); by_rule
      | _ => eapply rule_mult; by_rule
      end
    end
  | |- has_derivative (fun t => @?a t / @?b t) _ _ _ =>
    lazymatch b with
    | fun _ => ?c => eapply (rule_divided a); by_rule
    | _ => eapply rule_div; [by_rule | by_rule | sum_nonzero]
    end
  | |- has_derivative (fun t => / _) _ _ _ => eapply rule_inv; [by_rule | sum_nonzero]
  | |- has_derivative (fun t => - _) _ _ _ => eapply rule_opp; by_rule
  | |- has_derivative (fun t => _ ^ _) _ _ _ => eapply rule_pow; by_rule
  | |- has_derivative (fun t => exp _) _ _ _ => eapply rule_exp; by_rule
  | |- has_derivative (fun t => ln _) _ _ _ => eapply rule_ln; [by_rule | sum_positive]
  | |- has_derivative (fun t => sqrt _) _ _ _ => eapply rule_sqrt; [by_rule | sum_positive]
  | |- has_derivative (fun t => sigma _) _ _ _ => eapply rule_sigma; by_rule
  | |- has_derivative (fun t => softplus _) _ _ _ => eapply rule_softplus; by_rule
  | |- has_derivative (fun t => Rmax 0 _) _ _ _ => eapply rule_rectifier; [by_rule | sum_nonzero]
  | |- _ => by_other_rule
  end.
